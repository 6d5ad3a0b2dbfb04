Attribute VB_Name = "XlTcoOpening"
' What happens once when the file opens: help is registered, Python is started in idle time.
Option Explicit

Private startTime As Date

Public Sub XlTcoOpen()
    Register
    On Error Resume Next
    startTime = DateAdd("s", 1, Now)
    Application.OnTime startTime, StartMacro()
End Sub

' Due when Excel is idle after opening, so that the first formula need not wait. Without Python it
' ends at once and says nothing.
Public Sub XlTcoStartPython()
    On Error Resume Next
    XlTcoStart
End Sub

' A macro still due would open the file again.
Public Sub XlTcoClose()
    On Error Resume Next
    Application.OnTime startTime, StartMacro(), , False
End Sub

Private Function StartMacro() As String
    StartMacro = "'" & ThisWorkbook.Name & "'!XlTcoStartPython"
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
