Attribute VB_Name = "XlTcoRepair"
' A call that another program wrote, or that holds the path of another user's add-in, shows #NAME?
' until it is entered again. This does it for cells that call our functions and show #NAME?.
' Nothing else is touched: not other cells, not protected sheets, not the saved state, and not a
' workbook that defines one of our names itself, as the lambda templates do.
Option Explicit
Option Private Module

Private Const ADDIN_FILE As String = "xl_tco.xlam"

Public Sub XlTcoReenter(ByVal book As Workbook)
    Dim sheet As Worksheet
    Dim wasSaved As Boolean
    Dim hadEvents As Boolean
    hadEvents = Application.EnableEvents
    On Error GoTo done
    If book.IsAddin Then Exit Sub
    If DefinesOurs(book) Then Exit Sub
    wasSaved = book.Saved
    Application.EnableEvents = False
    For Each sheet In book.Worksheets
        If Not sheet.ProtectContents Then ReenterSheet sheet
    Next sheet
    book.Saved = wasSaved
done:
    Application.EnableEvents = hadEvents
End Sub

Private Function DefinesOurs(ByVal book As Workbook) As Boolean
    Dim defined As Name
    Dim ours As Variant
    For Each defined In book.Names
        For Each ours In XlTcoNames()
            If StrComp(defined.Name, ours, vbTextCompare) = 0 Then
                DefinesOurs = True
                Exit Function
            End If
        Next ours
    Next defined
End Function

Private Sub ReenterSheet(ByVal sheet As Worksheet)
    Dim failing As Range
    Dim cell As Range
    On Error Resume Next
    Set failing = sheet.UsedRange.SpecialCells(xlCellTypeFormulas, xlErrors)
    On Error GoTo 0
    If failing Is Nothing Then Exit Sub
    For Each cell In failing.Cells
        If ShowsUnknownName(cell) Then
            If CallsOurs(cell.Formula) Then ReenterCell cell
        End If
    Next cell
End Sub

Private Function ShowsUnknownName(ByVal cell As Range) As Boolean
    If IsError(cell.Value2) Then ShowsUnknownName = (cell.Value2 = CVErr(xlErrName))
End Function

Private Function CallsOurs(ByVal formula As String) As Boolean
    Dim ours As Variant
    Dim place As Long
    For Each ours In XlTcoNames()
        place = InStr(1, formula, ours & "(", vbTextCompare)
        Do While place > 0
            If place = 1 Then Exit Do
            If Not Mid$(formula, place - 1, 1) Like "[A-Za-z0-9_.]" Then
                CallsOurs = True
                Exit Function
            End If
            place = InStr(place + 1, formula, ours & "(", vbTextCompare)
        Loop
    Next ours
End Function

Private Sub ReenterCell(ByVal cell As Range)
    On Error Resume Next
    If IsOldArray(cell) Then
        If cell.Address = cell.CurrentArray.Cells(1, 1).Address Then
            cell.CurrentArray.FormulaArray = WithoutPath(cell.FormulaArray)
        End If
        Exit Sub
    End If
    ' By name, for Excel before dynamic arrays has no Formula2.
    Err.Clear
    CallByName cell, "Formula2", VbLet, WithoutPath(CallByName(cell, "Formula2", VbGet))
    If Err.Number <> 0 Then cell.Formula = WithoutPath(cell.Formula)
End Sub

' Entered with Ctrl+Shift+Enter; a dynamic array is none.
Private Function IsOldArray(ByVal cell As Range) As Boolean
    Dim spills As Boolean
    On Error Resume Next
    spills = CallByName(cell, "HasSpill", VbGet)
    IsOldArray = cell.HasArray And Not spills
End Function

' 'any folder\xl_tco.xlam'!NAME(...) becomes NAME(...).
Private Function WithoutPath(ByVal formula As String) As String
    Dim last As Long
    Dim first As Long
    last = InStr(1, formula, ADDIN_FILE & "'!", vbTextCompare)
    Do While last > 1
        first = InStrRev(formula, "'", last - 1)
        Do While first > 1
            ' A doubled quote is part of the path.
            If Mid$(formula, first - 1, 1) <> "'" Then Exit Do
            first = InStrRev(formula, "'", first - 2)
        Loop
        If first = 0 Then Exit Do
        formula = Left$(formula, first - 1) & Mid$(formula, last + Len(ADDIN_FILE) + 2)
        last = InStr(1, formula, ADDIN_FILE & "'!", vbTextCompare)
    Loop
    WithoutPath = Replace(formula, ADDIN_FILE & "!", "", 1, -1, vbTextCompare)
End Function
