Attribute VB_Name = "XlTcoAddin"
' The add-in's opening and closing.
Option Explicit

Private watcher As XlTcoEvents

Public Sub Auto_Open()
    Dim book As Workbook
    On Error Resume Next
    XlTcoOpen
    Set watcher = New XlTcoEvents
    Set watcher.Host = Application
    ' A workbook that was opened by a double click may be here before the add-in.
    For Each book In Application.Workbooks
        XlTcoReenter book
    Next book
End Sub

Public Sub Auto_Close()
    XlTcoClose
    Set watcher = Nothing
End Sub
