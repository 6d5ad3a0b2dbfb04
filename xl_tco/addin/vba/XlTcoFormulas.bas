Attribute VB_Name = "XlTcoFormulas"
' Which formulas may be entered again, and as what: text alone, no cell is touched here.
'
' A formula from anywhere is read token by token, and whatever is not known to be harmless leaves it
' as it is: a function not listed here, another workbook or program, a name not judged by the caller.
Option Explicit
Option Private Module

Private Const ADDIN_FILE As String = "xl_tco.xlam"
' Functions that compute from their arguments and do nothing else.
Private Const HARMLESS As String = _
    " ABS AND AVERAGE CEILING CHAR CHOOSE COLUMN COLUMNS CONCATENATE COUNT COUNTA COUNTIF COUNTIFS DATE DAY EXACT" & _
    " EXP FIND FIXED FLOOR HLOOKUP IF IFERROR IFNA INDEX INT ISBLANK ISERROR ISLOGICAL ISNA ISNUMBER ISTEXT LARGE" & _
    " LEFT LEN LN LOG LOG10 LOOKUP LOWER MATCH MAX MEDIAN MID MIN MOD MONTH N NA NOT OR PI POWER PRODUCT REPT RIGHT" & _
    " ROUND ROUNDDOWN ROUNDUP ROW ROWS SEARCH SIGN SMALL SQRT SUBSTITUTE SUM SUMIF SUMIFS SUMPRODUCT SUMSQ T TEXT" & _
    " TRANSPOSE TRIM UPPER VALUE VLOOKUP XLOOKUP XMATCH YEAR "
Private Const OPERATORS As String = " +-*/^&=<>%(),;:{}@#"
Private Const LAST_COLUMN As String = "XFD"
Private Const LAST_ROW As Long = 1048576

' The formula as it is to be entered: without the path of anybody's copy of the add-in before our
' functions. Empty where it must stay as it is, or calls none of ours. The names it uses are added
' to a list, each between blanks: what they hold is for the caller to judge.
Public Function XlTcoReentered(ByVal formula As String, ByVal ours As String, ByRef names As String) As String
    Dim place As Long
    Dim token As String
    Dim result As String
    Dim calls As Boolean
    If Left$(formula, 1) <> "=" Then Exit Function
    result = "="
    place = 2
    Do While place <= Len(formula)
        If IsAddinPrefix(formula, place, ours) Then place = place + Len(SheetAt(formula, place))
        token = HarmlessAt(formula, place)
        If token = "" Then
            token = WordAt(formula, place)
            If token = "" Then Exit Function
            If Mid$(formula, place + Len(token), 1) <> "(" Then
                names = names & " " & token & " "
            ElseIf IsListed(token, ours) Then
                calls = True
            ElseIf Not IsListed(token, HARMLESS) Then
                Exit Function
            End If
        End If
        result = result & token
        place = place + Len(token)
    Loop
    If calls Then XlTcoReentered = result
End Function

' Whether what a name stands for is plain: constants, references and operators, and nothing else.
Public Function XlTcoIsPlain(ByVal refersTo As String) As Boolean
    Dim place As Long
    Dim token As String
    If Left$(refersTo, 1) <> "=" Then Exit Function
    place = 2
    Do While place <= Len(refersTo)
        token = HarmlessAt(refersTo, place)
        If token = "" Then Exit Function
        place = place + Len(token)
    Loop
    XlTcoIsPlain = True
End Function

' A token that is harmless whatever stands around it: a constant, a reference, a table's columns,
' an operator, a blank.
Private Function HarmlessAt(ByVal formula As String, ByVal place As Long) As String
    Dim first As String
    first = Mid$(formula, place, 1)
    HarmlessAt = ErrorAt(formula, place)
    If HarmlessAt <> "" Then Exit Function
    If InStr(1, OPERATORS & vbTab & vbCr & vbLf, first, vbBinaryCompare) > 0 Then
        HarmlessAt = first
    ElseIf first = """" Then
        HarmlessAt = QuotedAt(formula, place)
    ElseIf SheetAt(formula, place) <> "" Then
        HarmlessAt = OnSheetAt(formula, place)
    Else
        HarmlessAt = ReferenceAt(formula, place)
        If HarmlessAt = "" Then HarmlessAt = NumberAt(formula, place)
        If HarmlessAt = "" Then HarmlessAt = TableAt(formula, place)
    End If
End Function

Private Function ErrorAt(ByVal formula As String, ByVal place As Long) As String
    Dim known As Variant
    If Mid$(formula, place, 1) <> "#" Then Exit Function
    For Each known In Array("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!")
        If Mid$(formula, place, Len(known)) = known Then ErrorAt = known
    Next known
End Function

' Text in quotes, closed; a quote within is written twice.
Private Function QuotedAt(ByVal formula As String, ByVal place As Long) As String
    Dim quote As String
    Dim last As Long
    quote = Mid$(formula, place, 1)
    last = InStr(place + 1, formula, quote, vbBinaryCompare)
    Do While last > 0 And Mid$(formula, last + 1, 1) = quote
        last = InStr(last + 2, formula, quote, vbBinaryCompare)
    Loop
    If last > 0 Then QuotedAt = Mid$(formula, place, last - place + 1)
End Function

' Letters of any script, digits, and what may stand in a name or a reference.
Private Function WordAt(ByVal formula As String, ByVal place As Long) As String
    Dim last As Long
    last = place
    Do While IsWordPart(Mid$(formula, last, 1))
        last = last + 1
    Loop
    WordAt = Mid$(formula, place, last - place)
End Function

Private Function IsWordPart(ByVal character As String) As Boolean
    If character = "" Then Exit Function
    ' AscW is negative beyond the first half of Unicode's plane.
    IsWordPart = character Like "[A-Za-z0-9_.$]" Or AscW(character) > 127 Or AscW(character) < 0
End Function

' A sheet, with its exclamation mark: Sheet1! or 'Any sheet'!
Private Function SheetAt(ByVal formula As String, ByVal place As Long) As String
    Dim token As String
    If Mid$(formula, place, 1) = "'" Then
        token = QuotedAt(formula, place)
    Else
        token = WordAt(formula, place)
    End If
    If token = "" Then Exit Function
    If Mid$(formula, place + Len(token), 1) = "!" Then SheetAt = token & "!"
End Function

Private Function OnSheetAt(ByVal formula As String, ByVal place As Long) As String
    Dim sheet As String
    Dim cells As String
    sheet = SheetAt(formula, place)
    If Not IsOwnSheet(sheet) Then Exit Function
    cells = ErrorAt(formula, place + Len(sheet))
    If cells = "" Then cells = ReferenceAt(formula, place + Len(sheet))
    If cells <> "" Then OnSheetAt = sheet & cells
End Function

Private Function SheetText(ByVal sheet As String) As String
    SheetText = Left$(sheet, Len(sheet) - 1)
    If Left$(sheet, 1) = "'" Then SheetText = Replace(Mid$(sheet, 2, Len(sheet) - 3), "''", "'")
End Function

' No sheet's name holds these characters: they tell of another workbook, or of another program.
Private Function IsOwnSheet(ByVal sheet As String) As Boolean
    IsOwnSheet = Not (SheetText(sheet) Like "*[/[\:?*|]*") And InStr(1, sheet, "]", vbBinaryCompare) = 0
End Function

' The add-in's file, in whatever folder, before one of our functions.
Private Function IsAddinPrefix(ByVal formula As String, ByVal place As Long, ByVal ours As String) As Boolean
    Dim sheet As String
    Dim word As String
    sheet = SheetAt(formula, place)
    If sheet = "" Then Exit Function
    word = WordAt(formula, place + Len(sheet))
    If Mid$(formula, place + Len(sheet) + Len(word), 1) <> "(" Or Not IsListed(word, ours) Then Exit Function
    sheet = Replace(SheetText(sheet), "\", "/")
    IsAddinPrefix = StrComp(Mid$(sheet, InStrRev(sheet, "/") + 1), ADDIN_FILE, vbTextCompare) = 0
End Function

' A cell, or whole columns or rows: A1, $A:$B, 1:3. What opens a call or a name is none.
Private Function ReferenceAt(ByVal formula As String, ByVal place As Long) As String
    Dim first As String
    Dim second As String
    first = WordAt(formula, place)
    If IsCell(first) Then
        ReferenceAt = first
    ElseIf Mid$(formula, place + Len(first), 1) = ":" Then
        second = WordAt(formula, place + Len(first) + 1)
        If (IsColumn(first) And IsColumn(second)) Or (IsRow(first) And IsRow(second)) Then ReferenceAt = first & ":" & second
    End If
    If ReferenceAt = "" Then Exit Function
    If InStr(1, "(![", Mid$(formula & " ", place + Len(ReferenceAt), 1), vbBinaryCompare) > 0 Then ReferenceAt = ""
End Function

Private Function IsCell(ByVal word As String) As Boolean
    Dim letters As Long
    Do While Mid$(word, letters + 1, 1) Like "[A-Za-z$]" And letters < Len(word)
        letters = letters + 1
    Loop
    If Right$(Left$(word, letters), 1) = "$" Then letters = letters - 1
    If letters < 1 Then Exit Function
    IsCell = IsColumn(Left$(word, letters)) And IsRow(Mid$(word, letters + 1))
End Function

Private Function IsColumn(ByVal word As String) As Boolean
    If Left$(word, 1) = "$" Then word = Mid$(word, 2)
    If Len(word) < 1 Or Len(word) > 3 Or word Like "*[!A-Za-z]*" Then Exit Function
    IsColumn = Len(word) < 3 Or StrComp(word, LAST_COLUMN, vbTextCompare) <= 0
End Function

Private Function IsRow(ByVal word As String) As Boolean
    If Left$(word, 1) = "$" Then word = Mid$(word, 2)
    If Len(word) < 1 Or Len(word) > 7 Or word Like "*[!0-9]*" Then Exit Function
    IsRow = Val(word) >= 1 And Val(word) <= LAST_ROW
End Function

' A number, or the part of one before the sign of its exponent; TRUE and FALSE.
Private Function NumberAt(ByVal formula As String, ByVal place As Long) As String
    Dim word As String
    Dim after As String
    Dim power As Long
    word = WordAt(formula, place)
    after = Mid$(formula, place + Len(word), 1)
    If after = "(" Or after = "!" Or after = "[" Then Exit Function
    power = InStr(1, word & "E", "E", vbTextCompare)
    If IsListed(word, " TRUE FALSE ") Then
        NumberAt = word
    ElseIf power > 1 And Not (Left$(word, power - 1) Like "*[!0-9.]*" Or Mid$(word, power + 1) Like "*[!0-9]*") Then
        NumberAt = word
    End If
End Function

' A table's columns: Table1[Price], Table1[[#This Row],[Price]].
Private Function TableAt(ByVal formula As String, ByVal place As Long) As String
    Dim last As Long
    Dim depth As Long
    last = place + Len(WordAt(formula, place))
    If last = place Or Mid$(formula, last, 1) <> "[" Then Exit Function
    Do While last <= Len(formula)
        Select Case Mid$(formula, last, 1)
            Case "[": depth = depth + 1
            Case "]": depth = depth - 1
            ' An apostrophe takes its meaning from the character after it.
            Case "'": last = last + 1
        End Select
        If depth = 0 Then Exit Do
        last = last + 1
    Loop
    If depth > 0 Or Mid$(formula & " ", last + 1, 1) Like "[('[A-Za-z0-9_$!]" Then Exit Function
    TableAt = Mid$(formula, place, last - place + 1)
End Function

' Compared as Excel compares names, but letters of other scripts are no match for ours.
Private Function IsListed(ByVal word As String, ByVal list As String) As Boolean
    If word = "" Or word Like "*[!A-Za-z0-9_.]*" Then Exit Function
    IsListed = InStr(1, list, " " & word & " ", vbTextCompare) > 0
End Function
