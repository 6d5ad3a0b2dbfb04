Attribute VB_Name = "XlTcoBook"
' The opening and closing of a workbook that carries the functions itself.
Option Explicit

Public Sub Auto_Open()
    XlTcoOpen
End Sub

Public Sub Auto_Close()
    XlTcoClose
End Sub
