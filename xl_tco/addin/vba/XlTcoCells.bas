Attribute VB_Name = "XlTcoCells"
' Cell values to Python and back: one hop, errors as errors, never a message.
Option Explicit
Option Private Module

Public Function XlTcoCall(ByVal functionName As String, ParamArray given() As Variant) As Variant
    Dim values As Variant
    Dim index As Long
    On Error GoTo failed
    If UBound(given) < 0 Then
        values = Array()
    Else
        ReDim values(0 To UBound(given))
        For index = 0 To UBound(given)
            ' A missing argument goes on as it is, and to no procedure: Python puts the default in its place.
            If IsObject(given(index)) Then
                values(index) = RangeValue(given(index))
            Else
                values(index) = given(index)
            End If
        Next index
    End If
    XlTcoCall = CellResult(XlTcoPython(functionName, values))
    Exit Function
failed:
    XlTcoCall = CVErr(xlErrValue)
End Function

' A range is read here: to Python it would cost some twenty calls back into Excel.
Private Function RangeValue(ByVal area As Range) As Variant
    Dim used As Range
    Dim rowCount As Long
    Dim columnCount As Long
    ' Several areas have no shape: #VALUE!, as Excel's own arithmetic gives.
    If area.Areas.Count > 1 Then Err.Raise 13
    Set used = area.Worksheet.UsedRange
    rowCount = Clipped(area.Rows.Count, used.Row + used.Rows.Count - area.Row, area.Worksheet.Rows.Count)
    columnCount = Clipped(area.Columns.Count, used.Column + used.Columns.Count - area.Column, area.Worksheet.Columns.Count)
    RangeValue = area.Resize(rowCount, columnCount).Value2
End Function

' Whole columns and rows end with the used range. At least two of them stay: one would count as
' a single value and be repeated.
Private Function Clipped(ByVal total As Long, ByVal used As Long, ByVal whole As Long) As Long
    Clipped = total
    If total <= whole \ 2 Then Exit Function
    If used < 2 Then used = 2
    If used < total Then Clipped = used
End Function

Private Function CellResult(ByVal given As Variant) As Variant
    Dim row As Long
    Dim column As Long
    Select Case Dimensions(given)
        Case 0
            CellResult = CellError(given)
        Case 1
            For column = LBound(given) To UBound(given)
                given(column) = CellError(given(column))
            Next column
            CellResult = given
            If LBound(given) = UBound(given) Then CellResult = given(LBound(given))
        Case Else
            For row = LBound(given, 1) To UBound(given, 1)
                For column = LBound(given, 2) To UBound(given, 2)
                    given(row, column) = CellError(given(row, column))
                Next column
            Next row
            CellResult = given
            If LBound(given, 1) = UBound(given, 1) And LBound(given, 2) = UBound(given, 2) Then
                CellResult = given(LBound(given, 1), LBound(given, 2))
            End If
    End Select
End Function

Private Function Dimensions(ByRef given As Variant) As Long
    Dim last As Long
    If Not IsArray(given) Then Exit Function
    Dimensions = 1
    On Error GoTo flat
    last = UBound(given, 2)
    Dimensions = 2
flat:
End Function

' Python cannot return error values through COM, so it returns their text.
Private Function CellError(ByVal given As Variant) As Variant
    CellError = given
    If VarType(given) <> vbString Then Exit Function
    Select Case given
        Case "#NULL!": CellError = CVErr(2000)
        Case "#DIV/0!": CellError = CVErr(2007)
        Case "#VALUE!": CellError = CVErr(2015)
        Case "#REF!": CellError = CVErr(2023)
        Case "#NAME?": CellError = CVErr(2029)
        Case "#NUM!": CellError = CVErr(2036)
        Case "#N/A": CellError = CVErr(2042)
        Case "#GETTING_DATA": CellError = CVErr(2043)
        Case "#SPILL!": CellError = CVErr(2045)
        Case "#CALC!": CellError = CVErr(2050)
    End Select
End Function
