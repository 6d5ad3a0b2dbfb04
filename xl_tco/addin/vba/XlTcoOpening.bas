Attribute VB_Name = "XlTcoOpening"
' What happens once when the file opens: help is registered, Python is started in idle time.
Option Explicit
Option Private Module

Private Const START_MACRO As String = "ThisWorkbook.StartPython"

Private startTime As Date

Public Sub XlTcoOpen()
    Register
    On Error Resume Next
    startTime = DateAdd("s", 1, Now)
    Application.OnTime startTime, XlTcoMacro(START_MACRO)
End Sub

' A macro still due would open the file again.
Public Sub XlTcoClose()
    On Error Resume Next
    Application.OnTime startTime, XlTcoMacro(START_MACRO), , False
End Sub

' A macro of this file, whatever else is open; an apostrophe within quotes is written twice.
Public Function XlTcoMacro(ByVal macroName As String) As String
    XlTcoMacro = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & macroName
End Function

Private Sub Register()
    Dim wasSaved As Boolean
    wasSaved = ThisWorkbook.Saved
    On Error GoTo hidden
    XlTcoDescribe
    ThisWorkbook.Saved = wasSaved
    Exit Sub
hidden:
    Resume unhidden
unhidden:
    ' Some versions refuse to describe the functions of a hidden workbook, which an add-in is.
    On Error Resume Next
    If Not ThisWorkbook.IsAddin Then Exit Sub
    Application.ScreenUpdating = False
    ThisWorkbook.IsAddin = False
    XlTcoDescribe
    ThisWorkbook.IsAddin = True
    Application.ScreenUpdating = True
    ThisWorkbook.Saved = wasSaved
End Sub
