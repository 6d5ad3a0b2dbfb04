Attribute VB_Name = "XlTcoRepair"
' A call that another program wrote, or that holds the path of another user's add-in, shows #NAME?
' until it is entered again. This does it for cells that call our functions and show #NAME?.
' Nothing else is touched: not other cells, not formulas that hold more than XlTcoFormulas knows to
' be harmless, not sheets with a password, not the saved state, and not a workbook that defines one
' of our names itself, as the lambda templates do.
Option Explicit
Option Private Module

' A protected sheet is read whole to see whether it needs us; larger ones are left as they are.
Private Const MOST_CELLS As Long = 2000000

Public Sub XlTcoReenter(ByVal book As Workbook)
    Dim sheet As Worksheet
    Dim ours As String
    Dim plain As String
    Dim wasSaved As Boolean
    Dim hadEvents As Boolean
    hadEvents = Application.EnableEvents
    On Error GoTo done
    ours = " " & Join(XlTcoNames(), " ") & " "
    If DefinesOurs(book, ours) Then Exit Sub
    plain = PlainNames(book)
    wasSaved = book.Saved
    Application.EnableEvents = False
    For Each sheet In book.Worksheets
        ReenterSheet sheet, ours, plain
    Next sheet
    book.Saved = wasSaved
done:
    Application.EnableEvents = hadEvents
End Sub

Private Function DefinesOurs(ByVal book As Workbook, ByVal ours As String) As Boolean
    Dim defined As Name
    For Each defined In book.Names
        If InStr(1, ours, " " & BareName(defined) & " ", vbTextCompare) > 0 Then DefinesOurs = True
    Next defined
End Function

' A name of one sheet comes with that sheet before it.
Private Function BareName(ByVal defined As Name) As String
    BareName = Mid$(defined.Name, InStrRev(defined.Name, "!") + 1)
End Function

' The names that stand for plain references and constants, on whatever sheet they are used.
Private Function PlainNames(ByVal book As Workbook) As String
    Dim defined As Name
    Dim other As String
    For Each defined In book.Names
        If XlTcoIsPlain(defined.RefersTo) Then
            PlainNames = PlainNames & " " & BareName(defined) & " "
        Else
            other = other & " " & BareName(defined) & " "
        End If
    Next defined
    For Each defined In book.Names
        If InStr(1, other, " " & BareName(defined) & " ", vbTextCompare) > 0 Then
            PlainNames = Replace(PlainNames, " " & BareName(defined) & " ", " ", 1, -1, vbTextCompare)
        End If
    Next defined
End Function

Private Sub ReenterSheet(ByVal sheet As Worksheet, ByVal ours As String, ByVal plain As String)
    Dim found As Collection
    Dim cell As Variant
    Dim options As Variant
    Dim wasLocked As Boolean
    On Error GoTo leave
    Set found = Repairable(sheet, ours, plain)
    If found.Count = 0 Then Exit Sub
    wasLocked = IsLocked(sheet)
    If wasLocked Then
        options = ProtectionOf(sheet)
        ' With a password given Excel asks for none, and fails where the sheet has another.
        sheet.Unprotect ""
        ' Whatever happens from here on, the sheet is protected again.
        On Error Resume Next
    End If
    For Each cell In found
        ReenterCell cell, ours
    Next cell
    If wasLocked Then Protect sheet, options
leave:
End Sub

' Protected, and not only against what a user does by hand.
Private Function IsLocked(ByVal sheet As Worksheet) As Boolean
    IsLocked = sheet.ProtectContents And Not sheet.ProtectionMode
End Function

Private Function ProtectionOf(ByVal sheet As Worksheet) As Variant
    With sheet.Protection
        ProtectionOf = Array(sheet.ProtectDrawingObjects, sheet.ProtectScenarios, sheet.EnableSelection, _
            .AllowFormattingCells, .AllowFormattingColumns, .AllowFormattingRows, .AllowInsertingColumns, _
            .AllowInsertingRows, .AllowInsertingHyperlinks, .AllowDeletingColumns, .AllowDeletingRows, _
            .AllowSorting, .AllowFiltering, .AllowUsingPivotTables)
    End With
End Function

Private Sub Protect(ByVal sheet As Worksheet, ByVal options As Variant)
    sheet.Protect DrawingObjects:=options(0), Contents:=True, Scenarios:=options(1), _
        AllowFormattingCells:=options(3), AllowFormattingColumns:=options(4), AllowFormattingRows:=options(5), _
        AllowInsertingColumns:=options(6), AllowInsertingRows:=options(7), AllowInsertingHyperlinks:=options(8), _
        AllowDeletingColumns:=options(9), AllowDeletingRows:=options(10), AllowSorting:=options(11), _
        AllowFiltering:=options(12), AllowUsingPivotTables:=options(13)
    sheet.EnableSelection = options(2)
End Sub

' The cells of a sheet that are to be entered again, found by reading alone.
Private Function Repairable(ByVal sheet As Worksheet, ByVal ours As String, ByVal plain As String) As Collection
    Dim unknown As Collection
    Dim cell As Variant
    Set Repairable = New Collection
    If IsLocked(sheet) Then
        Set unknown = FailingOfLocked(sheet.UsedRange)
    Else
        Set unknown = Failing(sheet.UsedRange)
    End If
    For Each cell In unknown
        If IsOurs(cell, ours, plain) Then Repairable.Add cell
    Next cell
End Function

Private Function Failing(ByVal area As Range) As Collection
    Dim cells As Range
    Dim cell As Range
    Set Failing = New Collection
    On Error Resume Next
    Set cells = area.SpecialCells(xlCellTypeFormulas, xlErrors)
    On Error GoTo 0
    If cells Is Nothing Then Exit Function
    For Each cell In cells.Cells
        If IsUnknownName(cell.Value2) Then Failing.Add cell
    Next cell
End Function

' Excel finds no special cells on a protected sheet.
Private Function FailingOfLocked(ByVal area As Range) As Collection
    Dim values As Variant
    Dim row As Long
    Dim column As Long
    Set FailingOfLocked = New Collection
    If area.CountLarge > MOST_CELLS Then Exit Function
    values = area.Value2
    If Not IsArray(values) Then
        If IsUnknownName(values) Then FailingOfLocked.Add area
        Exit Function
    End If
    For row = 1 To UBound(values, 1)
        For column = 1 To UBound(values, 2)
            If IsUnknownName(values(row, column)) Then FailingOfLocked.Add area.Cells(row, column)
        Next column
    Next row
End Function

Private Function IsUnknownName(ByVal value As Variant) As Boolean
    If IsError(value) Then IsUnknownName = (CLng(value) = xlErrName)
End Function

Private Function IsOurs(ByVal cell As Range, ByVal ours As String, ByVal plain As String) As Boolean
    Dim names As String
    Dim used As Variant
    If XlTcoReentered(FormulaOf(cell), ours, names) = "" Then Exit Function
    For Each used In Split(names)
        If used <> "" And InStr(1, plain, " " & used & " ", vbTextCompare) = 0 Then Exit Function
    Next used
    IsOurs = True
End Function

' Formula2, HasSpill and SpillParent are asked of an Object, for Excel before dynamic arrays has none.
Private Function FormulaOf(ByVal cell As Object) As String
    On Error Resume Next
    If IsOldArray(cell) Then
        If cell.Address = cell.CurrentArray.Cells(1, 1).Address Then FormulaOf = cell.FormulaArray
        Exit Function
    End If
    If cell.HasSpill Then
        If cell.Address <> cell.SpillParent.Address Then Exit Function
    End If
    Err.Clear
    FormulaOf = cell.Formula2
    If Err.Number <> 0 Then FormulaOf = cell.Formula
End Function

Private Sub ReenterCell(ByVal cell As Object, ByVal ours As String)
    Dim formula As String
    Dim names As String
    On Error Resume Next
    formula = XlTcoReentered(FormulaOf(cell), ours, names)
    If IsOldArray(cell) Then
        cell.CurrentArray.FormulaArray = formula
        Exit Sub
    End If
    Err.Clear
    cell.Formula2 = formula
    If Err.Number <> 0 Then cell.Formula = formula
End Sub

' Entered with Ctrl+Shift+Enter; a dynamic array is none.
Private Function IsOldArray(ByVal cell As Object) As Boolean
    Dim spills As Boolean
    On Error Resume Next
    spills = cell.HasSpill
    IsOldArray = cell.HasArray And Not spills
End Function
