Attribute VB_Name = "XlTcoServer"
' Starts the Python that installed the add-in, and calls it. The bridge is xlwings' DLL.
'
' Of xlwings' VBA nothing but this one declaration is here, and no cell can call it. Nothing that a
' workbook or its folder holds can choose the interpreter or the modules it loads. A Python that
' cannot start is noticed at once: behind another program it would hold Excel for minutes. And the settings
' are read once, not at every call.
Option Explicit
Option Private Module

#If Mac Then
#Else
    Private Declare PtrSafe Function LoadLibraryA Lib "kernel32" (ByVal fileName As String) As LongPtr
    #If Win64 Then
        Private Const BRIDGE As String = "xlwings64-{xlwings}.dll"
        Private Declare PtrSafe Function XLPyDLLActivateAuto Lib "xlwings64-{xlwings}.dll" (ByRef Result As Variant, ByVal Config As String, ByVal Mode As Long) As Long
    #Else
        Private Const BRIDGE As String = "xlwings32-{xlwings}.dll"
        Private Declare PtrSafe Function XLPyDLLActivateAuto Lib "xlwings32-{xlwings}.dll" (ByRef Result As Variant, ByVal Config As String, ByVal Mode As Long) As Long
    #End If
#End If

Private Const PYTHON_MODULE As String = "xl_tco.udfs"
Private Const SECONDS_TO_NEXT_TRY As Long = 30

Private startCommand As String
Private starts As Long
Private hasRun As Boolean
Private nextTry As Date

Public Function XlTcoPython(ByVal functionName As String, ByVal values As Variant) As Variant
    XlTcoPython = Server().CallUDF(PYTHON_MODULE, functionName, values)
End Function

Public Sub XlTcoStart()
    Dim started As Object
    Set started = Server()
End Sub

Private Function Server() As Object
    Dim found As Variant
    #If Mac Then
        Err.Raise 5
    #Else
        ' After a failure many cells ask at once: one try for all of them.
        If Now < nextTry Then Err.Raise 5
        nextTry = DateAdd("s", SECONDS_TO_NEXT_TRY, Now)
        If Not Activated(found) Then
            ' A Python that ran and ended is started anew; one that never ran is not.
            If Not hasRun Then Err.Raise 5
            hasRun = False
            If Not Activated(found) Then Err.Raise 5
        End If
        hasRun = True
        nextTry = 0
        Set Server = found
    #End If
End Function

#If Mac Then
#Else
Private Function Activated(ByRef found As Variant) As Boolean
    If startCommand = "" Then startCommand = CommandFromSettings()
    Activated = (XLPyDLLActivateAuto(found, startCommand, 1) = 0)
    If Activated Then Exit Function
    ' The DLL never starts the same command twice, so the next one bears another number.
    starts = starts + 1
    startCommand = ""
End Function

Private Function CommandFromSettings() As String
    Dim interpreter As String
    Dim attributes As Long
    interpreter = Setting("interpreter")
    ' GetAttr, not Dir: Dir would break a search that other code is in the middle of.
    attributes = GetAttr(interpreter)
    If LoadLibraryA(Setting("bridge") & "\" & BRIDGE) = 0 Then Err.Raise 53
    CommandFromSettings = CommandOf(interpreter)
End Function

Private Function CommandOf(ByVal interpreter As String) As String
    CommandOf = Quoted(interpreter) & " -E -P -B -c " & Quoted("import " & PYTHON_MODULE & ", xlwings; xlwings.serve('$(CLSID)') #" & starts)
End Function

Private Function Quoted(ByVal text As String) As String
    Quoted = Chr$(34) & text & Chr$(34)
End Function

' Written by "xl-tco addin install"; no workbook and no add-in file holds a path.
Private Function Setting(ByVal settingName As String) As String
    Dim handle As Integer
    Dim textLine As String
    handle = FreeFile
    Open Environ$("APPDATA") & "\xl_tco\addin.conf" For Input Access Read Shared As #handle
    Do Until EOF(handle)
        Line Input #handle, textLine
        If Left$(textLine, Len(settingName) + 1) = settingName & "=" Then
            Setting = Mid$(textLine, Len(settingName) + 2)
        End If
    Loop
    Close #handle
End Function
#End If
