/*
 * What Excel is to xlwings' COM server: a second Windows process that starts Python through
 * xlwings' DLL and calls functions through it, as the VBA of an add-in does.
 *
 *   excel_client.exe LIBRARY COMMAND MODULE
 *
 * LIBRARY is xlwings' DLL, COMMAND the command line that VBA hands it to start Python with, MODULE
 * the Python module of the functions. Its input and output must be pipes: Python under Wine does
 * not start below a process that has /dev/null there.
 *
 * It says {"ready": ...} when Python answers. Then one request per line comes in, JSON in UTF-8:
 *
 *   {"function": "COST_PER_MTOK", "arguments": [...], "repeat": 1}    XLPy.CallUDF(MODULE, ...)
 *   {"method": "Bool", "arguments": [...], "repeat": 1}               XLPy.Bool(...), no function
 *
 * and one answer per line goes out, JSON in ASCII:
 *
 *   {"type": "Double", "value": 0.125, "milliseconds": {...}, "callbacks": 0, "refused": []}
 *   {"failed": "0x80020009", "description": "what VBA's Err.Description would hold", ...}
 *
 * Values, in both directions:
 *
 *   1.5                 Double; 17 digits at most, so that it is the same double on both sides
 *   "text" true null    String, Boolean, Empty
 *   {"error": 2042}     Error, as CVErr(2042) makes it
 *   {"missing": true}   Error, the one that stands for an omitted optional argument
 *   {"currency": 14100} Currency, in units of 1/10000
 *   [[1, 2], [3, 4]]    Variant(1 To 2, 1 To 2), the Value of a range of cells
 *   [1, 2]              Variant(0 To 1), what VBA's Array() makes
 *   {"range": ...}      only inwards: a Range object with that Value
 *   {"long": 1}, {"vartype": 7}  only outwards: Long, and any other kind of VARIANT
 *
 * Built by .ci/setup-wine with mingw, run under Wine by com_bench.py.
 */
#define COBJMACROS
#define __USE_MINGW_ANSI_STDIO 1 /* mingw's own printf and strtod: every double survives them */
#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <oleauto.h>
#include <stdarg.h>
#include <stdio.h>

#define CVERR_BASE 0x800A0000L /* CVErr(n) is the SCODE 0x800A0000 + n */
#define LENGTH(array) ((int)(sizeof(array) / sizeof *(array)))

static void give_up(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fprintf(stderr, "excel_client: ");
    vfprintf(stderr, format, values);
    fprintf(stderr, "\n");
    va_end(values);
    exit(2);
}

static void *grown(void *block, size_t size)
{
    block = realloc(block, size);
    if (!block)
        give_up("no memory for %zu bytes", size);
    return block;
}

static double milliseconds(void)
{
    LARGE_INTEGER frequency, count;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return 1e3 * (double)count.QuadPart / (double)frequency.QuadPart;
}

/* ---------------------------------------------------------------------------------------------
 * JSON in: a line becomes a tree of nodes. A list's or an object's items hang on a chain.
 */

enum kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct node {
    enum kind kind;
    double number; /* and 0 or 1 of a boolean */
    BSTR text;
    BSTR key; /* within an object */
    struct node *first, *next;
    int count;
};

static const WCHAR *at; /* where the parser is */

static void skip_spaces(void)
{
    while (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')
        at++;
}

static int taken(WCHAR wanted)
{
    skip_spaces();
    if (*at != wanted)
        return 0;
    at++;
    return 1;
}

static void expect(WCHAR wanted)
{
    if (!taken(wanted))
        give_up("request: '%lc' expected before \"%.20ls\"", wanted, at);
}

static int taken_word(const WCHAR *word)
{
    size_t length = wcslen(word);
    if (wcsncmp(at, word, length))
        return 0;
    at += length;
    return 1;
}

static WCHAR escaped(void)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    WCHAR letter = *at++, digits[5] = {0};
    const char *known;
    if (letter == 'u') {
        wcsncpy(digits, at, 4);
        if (wcslen(digits) != 4)
            give_up("request: \\u without four digits");
        at += 4;
        return (WCHAR)wcstoul(digits, NULL, 16); /* half of a pair is a unit of UTF-16 already */
    }
    known = letter && letter < 128 ? strchr(letters, letter) : NULL;
    return known ? (WCHAR)meanings[known - letters] : letter;
}

static BSTR parsed_text(void)
{
    const WCHAR *end = at;
    WCHAR *buffer;
    UINT length = 0;
    BSTR text;
    while (*end && *end != '"')
        end += *end == '\\' && end[1] ? 2 : 1;
    buffer = grown(NULL, (size_t)(end - at + 1) * sizeof *buffer);
    while (at < end) {
        WCHAR unit = *at++;
        buffer[length++] = unit == '\\' ? escaped() : unit;
    }
    expect('"');
    text = SysAllocStringLen(buffer, length);
    free(buffer);
    return text;
}

static double parsed_number(void)
{
    char digits[64];
    char *end;
    int length = 0;
    double number;
    while (length < LENGTH(digits) - 1 && *at && wcschr(L"+-.0123456789eE", *at))
        digits[length++] = (char)*at++;
    digits[length] = 0;
    number = strtod(digits, &end);
    if (!length || *end)
        give_up("request: a value expected before \"%.20ls\"", at - length);
    return number;
}

static struct node *parsed(void);

static void parse_items(struct node *parent, WCHAR closing)
{
    struct node **place = &parent->first;
    if (taken(closing))
        return;
    do {
        BSTR key = NULL;
        if (parent->kind == JSON_OBJECT) {
            expect('"');
            key = parsed_text();
            expect(':');
        }
        *place = parsed();
        (*place)->key = key;
        place = &(*place)->next;
        parent->count++;
    } while (taken(','));
    expect(closing);
}

static struct node *parsed(void)
{
    struct node *node = grown(NULL, sizeof *node);
    memset(node, 0, sizeof *node);
    skip_spaces();
    if (taken('[')) {
        node->kind = JSON_LIST;
        parse_items(node, ']');
    } else if (taken('{')) {
        node->kind = JSON_OBJECT;
        parse_items(node, '}');
    } else if (taken('"')) {
        node->kind = JSON_TEXT;
        node->text = parsed_text();
    } else if (taken_word(L"null")) {
        node->kind = JSON_NULL;
    } else if (taken_word(L"true")) {
        node->kind = JSON_BOOLEAN;
        node->number = 1;
    } else if (taken_word(L"false")) {
        node->kind = JSON_BOOLEAN;
    } else {
        node->kind = JSON_NUMBER;
        node->number = parsed_number();
    }
    return node;
}

static void discard(struct node *node)
{
    while (node) {
        struct node *next = node->next;
        discard(node->first);
        SysFreeString(node->text);
        SysFreeString(node->key);
        free(node);
        node = next;
    }
}

static struct node *item(const struct node *object, const WCHAR *key)
{
    struct node *found = object->first;
    while (found && wcscmp(found->key, key))
        found = found->next;
    return found;
}

/* ---------------------------------------------------------------------------------------------
 * A Range that is no Excel's. xlwings knows a Range by the IID in its type information, so the
 * type information is real, made by OLE itself. On the way to the value xlwings also asks for the
 * place of the range, its sheet, the sheet's workbook and Excel: one object plays them all.
 */

static const GUID IID_EXCEL_RANGE = {0x00020846, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};

enum property {
    VALUE, VALUE2, COUNT, ROW, COLUMN, ROWS, COLUMNS, WORKSHEET, PARENT, APPLICATION, HWND_
};

static const struct {
    WCHAR *name;
    DISPID id; /* as in Excel's type library */
} PROPERTIES[] = {
    [VALUE] = {L"Value", 6},           [VALUE2] = {L"Value2", 1388},
    [COUNT] = {L"Count", 118},         [ROW] = {L"Row", 257},
    [COLUMN] = {L"Column", 240},       [ROWS] = {L"Rows", 258},
    [COLUMNS] = {L"Columns", 241},     [WORKSHEET] = {L"Worksheet", 348},
    [PARENT] = {L"Parent", 150},       [APPLICATION] = {L"Application", 148},
    [HWND_] = {L"Hwnd", 1950},
};

static int callbacks;         /* how often the server asked a Range something in this request */
static WCHAR refused[10][64]; /* names asked for that are not among PROPERTIES */
static int refusals;

struct range {
    IDispatchVtbl *methods; /* first, so that a pointer to this is an IDispatch * */
    LONG references;
    LONG rows, columns;
    VARIANT value;
};

static VARIANT new_range(VARIANT value, LONG rows, LONG columns);

static ITypeInfo *range_type(void)
{
    static ITypeInfo *type;
    ICreateTypeLib2 *library;
    ICreateTypeInfo *draft;
    int place;
    if (type)
        return type;
    /* The name is never written to: that would take SaveAllChanges. */
    if (FAILED(CreateTypeLib2(SYS_WIN64, L"excel_client.tlb", &library)))
        return NULL;
    ICreateTypeLib2_CreateTypeInfo(library, L"Range", TKIND_DISPATCH, &draft);
    ICreateTypeInfo_SetGuid(draft, &IID_EXCEL_RANGE);
    for (place = 0; place < LENGTH(PROPERTIES); place++) {
        FUNCDESC getter = {0};
        LPOLESTR name = PROPERTIES[place].name;
        getter.memid = PROPERTIES[place].id;
        getter.funckind = FUNC_DISPATCH;
        getter.invkind = INVOKE_PROPERTYGET;
        getter.callconv = CC_STDCALL;
        getter.elemdescFunc.tdesc.vt = VT_VARIANT;
        ICreateTypeInfo_AddFuncDesc(draft, (UINT)place, &getter);
        ICreateTypeInfo_SetFuncAndParamNames(draft, (UINT)place, &name, 1);
    }
    ICreateTypeInfo_LayOut(draft);
    ICreateTypeInfo_QueryInterface(draft, &IID_ITypeInfo, (void **)&type);
    return type;
}

static ULONG STDMETHODCALLTYPE range_add_reference(IDispatch *self)
{
    return (ULONG)InterlockedIncrement(&((struct range *)self)->references);
}

static ULONG STDMETHODCALLTYPE range_release(IDispatch *self)
{
    struct range *range = (struct range *)self;
    LONG left = InterlockedDecrement(&range->references);
    if (!left) {
        VariantClear(&range->value);
        free(range);
    }
    return (ULONG)left;
}

static HRESULT STDMETHODCALLTYPE range_query(IDispatch *self, REFIID wanted, void **found)
{
    *found = NULL;
    if (!IsEqualGUID(wanted, &IID_IUnknown) && !IsEqualGUID(wanted, &IID_IDispatch))
        return E_NOINTERFACE;
    range_add_reference(self);
    *found = self;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE range_type_count(IDispatch *self, UINT *count)
{
    (void)self;
    *count = 1;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE range_get_type(
    IDispatch *self, UINT place, LCID locale, ITypeInfo **found)
{
    (void)self, (void)place, (void)locale;
    callbacks++;
    *found = range_type();
    if (!*found)
        return E_FAIL;
    ITypeInfo_AddRef(*found);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE range_get_ids(
    IDispatch *self, REFIID reserved, LPOLESTR *names, UINT count, LCID locale, DISPID *ids)
{
    int place;
    (void)self, (void)reserved, (void)count, (void)locale;
    callbacks++;
    for (place = 0; place < LENGTH(PROPERTIES); place++) {
        if (!lstrcmpiW(names[0], PROPERTIES[place].name)) {
            ids[0] = PROPERTIES[place].id;
            return S_OK;
        }
    }
    if (refusals < LENGTH(refused))
        lstrcpynW(refused[refusals++], names[0], LENGTH(refused[0]));
    ids[0] = DISPID_UNKNOWN;
    return DISP_E_UNKNOWNNAME;
}

static HRESULT STDMETHODCALLTYPE range_invoke(
    IDispatch *self, DISPID id, REFIID reserved, LCID locale, WORD flags, DISPPARAMS *parameters,
    VARIANT *result, EXCEPINFO *failure, UINT *wrong)
{
    struct range *range = (struct range *)self;
    VARIANT nothing;
    int asked = 0;
    (void)reserved, (void)locale, (void)parameters, (void)failure, (void)wrong;
    callbacks++;
    while (asked < LENGTH(PROPERTIES) && PROPERTIES[asked].id != id)
        asked++;
    if (asked == LENGTH(PROPERTIES) || !(flags & DISPATCH_PROPERTYGET) || !result)
        return DISP_E_MEMBERNOTFOUND;
    VariantInit(result);
    VariantInit(&nothing);
    switch ((enum property)asked) {
    case VALUE:
    case VALUE2:
        return VariantCopy(result, &range->value);
    case COUNT:
        V_VT(result) = VT_I4;
        V_I4(result) = range->rows * range->columns;
        break;
    case ROW:
    case COLUMN:
        V_VT(result) = VT_I4;
        V_I4(result) = 1;
        break;
    case HWND_: /* any window will do that belongs to a process */
        V_VT(result) = VT_I4;
        V_I4(result) = (LONG)(LONG_PTR)GetDesktopWindow();
        break;
    case ROWS: /* a range still, but one that counts its rows */
        *result = new_range(nothing, range->rows, 1);
        break;
    case COLUMNS:
        *result = new_range(nothing, 1, range->columns);
        break;
    case WORKSHEET:
    case PARENT:
    case APPLICATION:
        range_add_reference(self);
        V_VT(result) = VT_DISPATCH;
        V_DISPATCH(result) = self;
        break;
    }
    return S_OK;
}

static IDispatchVtbl RANGE_METHODS = {
    range_query,    range_add_reference, range_release, range_type_count,
    range_get_type, range_get_ids,       range_invoke,
};

static VARIANT new_range(VARIANT value, LONG rows, LONG columns)
{
    VARIANT result;
    struct range *range = grown(NULL, sizeof *range);
    range->methods = &RANGE_METHODS;
    range->references = 1;
    range->rows = rows;
    range->columns = columns;
    range->value = value;
    VariantInit(&result);
    V_VT(&result) = VT_DISPATCH;
    V_DISPATCH(&result) = (IDispatch *)range;
    return result;
}

/* ---------------------------------------------------------------------------------------------
 * VARIANTs from JSON.
 */

static VARIANT variant_of(const struct node *node);

static VARIANT variant_of_list(const struct node *list, int is_grid)
{
    VARIANT result;
    SAFEARRAY *array;
    VARIANT *cells;
    const struct node *row, *cell;
    LONG i, j;
    LONG rows = list->count;
    VariantInit(&result);
    if (is_grid) {
        SAFEARRAYBOUND bounds[2] = {{(ULONG)rows, 1}, {(ULONG)list->first->count, 1}};
        array = SafeArrayCreate(VT_VARIANT, 2, bounds);
    } else {
        array = SafeArrayCreateVector(VT_VARIANT, 0, (ULONG)rows);
    }
    if (!array || FAILED(SafeArrayAccessData(array, (void **)&cells)))
        give_up("no array of %ld rows", rows);
    for (i = 0, row = list->first; row; row = row->next, i++) {
        if (!is_grid) {
            cells[i] = variant_of(row);
            continue;
        }
        if (row->kind != JSON_LIST || row->count != list->first->count)
            give_up("request: rows of unequal length");
        /* In memory the first index runs fastest: column after column. */
        for (j = 0, cell = row->first; cell; cell = cell->next, j++)
            cells[i + j * rows] = variant_of(cell);
    }
    SafeArrayUnaccessData(array);
    V_VT(&result) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(&result) = array;
    return result;
}

static VARIANT variant_of_object(const struct node *object)
{
    VARIANT result;
    const struct node *content = object->first;
    VariantInit(&result);
    if (!content)
        give_up("request: {} is no value");
    if (!wcscmp(content->key, L"error")) {
        V_VT(&result) = VT_ERROR;
        V_ERROR(&result) = (SCODE)(CVERR_BASE + (LONG)content->number);
    } else if (!wcscmp(content->key, L"missing")) {
        V_VT(&result) = VT_ERROR;
        V_ERROR(&result) = DISP_E_PARAMNOTFOUND;
    } else if (!wcscmp(content->key, L"currency")) {
        V_VT(&result) = VT_CY;
        V_CY(&result).int64 = (LONGLONG)content->number;
    } else if (!wcscmp(content->key, L"range")) {
        int is_grid = content->kind == JSON_LIST && content->first;
        return new_range(
            variant_of(content), is_grid ? content->count : 1,
            is_grid ? content->first->count : 1);
    } else {
        give_up("request: \"%ls\" is no kind of value", content->key);
    }
    return result;
}

static VARIANT variant_of(const struct node *node)
{
    VARIANT result;
    VariantInit(&result);
    switch (node->kind) {
    case JSON_NULL: /* a fresh VARIANT is Empty */
        break;
    case JSON_BOOLEAN:
        V_VT(&result) = VT_BOOL;
        V_BOOL(&result) = node->number ? VARIANT_TRUE : VARIANT_FALSE;
        break;
    case JSON_NUMBER:
        V_VT(&result) = VT_R8;
        V_R8(&result) = node->number;
        break;
    case JSON_TEXT:
        V_VT(&result) = VT_BSTR;
        V_BSTR(&result) = SysAllocStringLen(node->text, SysStringLen(node->text));
        break;
    case JSON_LIST:
        return variant_of_list(node, node->first && node->first->kind == JSON_LIST);
    case JSON_OBJECT:
        return variant_of_object(node);
    }
    return result;
}

/* ---------------------------------------------------------------------------------------------
 * JSON from VARIANTs.
 */

static void print_text(const WCHAR *text, UINT length)
{
    UINT place;
    putchar('"');
    for (place = 0; place < length; place++) {
        WCHAR unit = text[place];
        if (unit == '"' || unit == '\\')
            printf("\\%c", unit);
        else if (unit >= ' ' && unit < 127)
            putchar(unit);
        else
            printf("\\u%04x", unit);
    }
    putchar('"');
}

static const char *type_name(const VARIANT *value)
{
    switch (V_VT(value)) {
    case VT_EMPTY: return "Empty";
    case VT_NULL: return "Null";
    case VT_I4: return "Long";
    case VT_R8: return "Double";
    case VT_BSTR: return "String";
    case VT_BOOL: return "Boolean";
    case VT_CY: return "Currency";
    case VT_DATE: return "Date";
    case VT_ERROR: return "Error";
    case VT_DISPATCH: return "Object";
    case VT_ARRAY | VT_VARIANT: return "Variant()";
    case VT_ARRAY | VT_R8: return "Double()";
    }
    return "other";
}

static void print_value(const VARIANT *value);

static void print_cell(const void *cells, VARTYPE type, ULONG place)
{
    if (type == VT_VARIANT)
        print_value((const VARIANT *)cells + place);
    else
        printf("%.17g", ((const double *)cells)[place]);
}

static void print_array(SAFEARRAY *array, VARTYPE type)
{
    void *cells;
    ULONG i, j;
    /* rgsabound holds the bounds from the last index to the first. */
    int is_grid = SafeArrayGetDim(array) == 2;
    ULONG rows = is_grid ? array->rgsabound[1].cElements : 1;
    ULONG columns = array->rgsabound[0].cElements;
    if (SafeArrayGetDim(array) > 2)
        give_up("an array of %u dimensions came back", SafeArrayGetDim(array));
    if (FAILED(SafeArrayAccessData(array, &cells)))
        give_up("an array came back that cannot be read");
    printf("[");
    for (i = 0; i < rows; i++) {
        if (is_grid)
            printf(i ? ", [" : "[");
        for (j = 0; j < columns; j++) {
            if (j)
                printf(", ");
            print_cell(cells, type, i + j * rows);
        }
        if (is_grid)
            printf("]");
    }
    printf("]");
    SafeArrayUnaccessData(array);
}

static void print_value(const VARIANT *value)
{
    switch (V_VT(value)) {
    case VT_EMPTY:
        printf("null");
        break;
    case VT_I4:
        printf("{\"long\": %ld}", V_I4(value));
        break;
    case VT_R8:
        printf("%.17g", V_R8(value));
        break;
    case VT_BSTR:
        print_text(V_BSTR(value), SysStringLen(V_BSTR(value)));
        break;
    case VT_BOOL:
        printf(V_BOOL(value) ? "true" : "false");
        break;
    case VT_CY:
        printf("{\"currency\": %lld}", V_CY(value).int64);
        break;
    case VT_ERROR:
        printf("{\"error\": %ld}", V_ERROR(value) - (LONG)CVERR_BASE);
        break;
    case VT_ARRAY | VT_VARIANT:
    case VT_ARRAY | VT_R8:
        print_array(V_ARRAY(value), V_VT(value) & VT_TYPEMASK);
        break;
    default:
        printf("{\"vartype\": %d}", V_VT(value));
    }
}

/* ---------------------------------------------------------------------------------------------
 * What VBA does before the first call: load the DLL, have it start Python.
 */

typedef int(__stdcall *activate_auto)(VARIANT *result, const char *command, int mode);

static activate_auto activate;
static const char *command;

static void load_library(const char *path)
{
    HMODULE library = LoadLibraryA(path);
    if (!library)
        give_up("cannot load %s: error %lu", path, GetLastError());
    activate = (activate_auto)(void *)GetProcAddress(library, "XLPyDLLActivateAuto");
    if (!activate)
        give_up("%s has no XLPyDLLActivateAuto", path);
}

/* ---------------------------------------------------------------------------------------------
 * One call: XLPy, then a late-bound method of it. VBA goes through all of it for every cell.
 */

struct times {
    double activate, names, invoke;
};

struct outcome {
    HRESULT code;
    VARIANT value;
    BSTR description;
};

static void call(BSTR method, VARIANT *arguments, UINT count, struct outcome *out, struct times *t)
{
    VARIANT server;
    DISPID id;
    DISPPARAMS parameters = {arguments, NULL, count, 0};
    EXCEPINFO failure = {0};
    double start = milliseconds(), activated, named;
    memset(out, 0, sizeof *out);
    VariantInit(&server);
    if (activate(&server, command, 1)) {
        /* The DLL's own message stands where the object would: VBA raises it as error 1000. */
        out->code = E_FAIL;
        out->description = V_VT(&server) == VT_BSTR ? V_BSTR(&server) : NULL;
        return;
    }
    activated = milliseconds();
    out->code = IDispatch_GetIDsOfNames(
        V_DISPATCH(&server), &IID_NULL, &method, 1, LOCALE_USER_DEFAULT, &id);
    named = milliseconds();
    if (SUCCEEDED(out->code)) {
        out->code = IDispatch_Invoke(
            V_DISPATCH(&server), id, &IID_NULL, LOCALE_USER_DEFAULT,
            DISPATCH_METHOD | DISPATCH_PROPERTYGET, &parameters, &out->value, &failure, NULL);
        out->description = failure.bstrDescription;
        SysFreeString(failure.bstrSource);
        SysFreeString(failure.bstrHelpFile);
    }
    t->activate += activated - start;
    t->names += named - activated;
    t->invoke += milliseconds() - named;
    VariantClear(&server);
}

static void print_outcome(const struct outcome *out)
{
    if (FAILED(out->code)) {
        printf("\"failed\": \"0x%08lx\", \"description\": ", (unsigned long)out->code);
        print_text(out->description, SysStringLen(out->description));
        return;
    }
    printf("\"type\": \"%s\", \"value\": ", type_name(&out->value));
    print_value(&out->value);
}

static void answer(const struct node *request, const WCHAR *module)
{
    const struct node *function = item(request, L"function"), *method = item(request, L"method");
    const struct node *list = item(request, L"arguments"), *repeat = item(request, L"repeat");
    int left = repeat ? (int)repeat->number : 1;
    int place;
    UINT count;
    BSTR name;
    VARIANT all, *arguments;
    struct outcome out = {0};
    struct times times = {0};
    if (!(function || method) || !list || list->kind != JSON_LIST)
        give_up("request: function or method, and arguments, are needed");
    all = variant_of_list(list, 0); /* VBA's Array(), whatever the arguments are */
    /* IDispatch takes arguments from last to first. */
    if (function) {
        count = 3;
        arguments = grown(NULL, count * sizeof *arguments);
        arguments[0] = all;
        V_VT(&arguments[1]) = V_VT(&arguments[2]) = VT_BSTR;
        V_BSTR(&arguments[1]) = SysAllocString(function->text);
        V_BSTR(&arguments[2]) = SysAllocString(module);
        name = SysAllocString(L"CallUDF");
    } else {
        VARIANT *values;
        count = (UINT)list->count;
        arguments = grown(NULL, (count + 1) * sizeof *arguments);
        SafeArrayAccessData(V_ARRAY(&all), (void **)&values);
        for (place = 0; place < list->count; place++) {
            VariantInit(&arguments[count - 1 - (UINT)place]);
            VariantCopy(&arguments[count - 1 - (UINT)place], &values[place]);
        }
        SafeArrayUnaccessData(V_ARRAY(&all));
        VariantClear(&all);
        name = SysAllocString(method->text);
    }
    callbacks = refusals = 0;
    do {
        VariantClear(&out.value);
        SysFreeString(out.description);
        call(name, arguments, count, &out, &times);
    } while (--left > 0 && SUCCEEDED(out.code));
    printf("{");
    print_outcome(&out);
    printf(
        ", \"milliseconds\": {\"activate\": %.4f, \"names\": %.4f, \"invoke\": %.4f}",
        times.activate, times.names, times.invoke);
    printf(", \"callbacks\": %d, \"refused\": [", callbacks);
    for (place = 0; place < refusals; place++) {
        printf(place ? ", " : "");
        print_text(refused[place], (UINT)wcslen(refused[place]));
    }
    printf("]}\n");
    fflush(stdout);
    VariantClear(&out.value);
    SysFreeString(out.description);
    SysFreeString(name);
    while (count--)
        VariantClear(&arguments[count]);
    free(arguments);
}

/* A line of any length, without its end; NULL at the end of the input. */
static WCHAR *read_line(void)
{
    static char *line;
    static WCHAR *wide;
    static size_t size;
    size_t length = 0;
    for (;;) {
        if (size - length < 4096)
            line = grown(line, size = 2 * size + 65536);
        if (!fgets(line + length, (int)(size - length), stdin))
            return NULL;
        length += strlen(line + length);
        if (line[length - 1] == '\n')
            break;
    }
    line[--length] = 0;
    wide = grown(wide, (length + 1) * sizeof *wide);
    MultiByteToWideChar(CP_UTF8, 0, line, -1, wide, (int)length + 1);
    return wide;
}

int main(int count, char **words)
{
    WCHAR module[256];
    VARIANT server;
    double start, loaded;
    if (count != 4)
        give_up("usage: excel_client LIBRARY COMMAND MODULE");
    command = words[2];
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    MultiByteToWideChar(CP_ACP, 0, words[3], -1, module, LENGTH(module));
    CoInitialize(NULL);
    start = milliseconds();
    load_library(words[1]);
    loaded = milliseconds();
    VariantInit(&server);
    if (activate(&server, command, 1))
        give_up("no server: %ls", V_VT(&server) == VT_BSTR ? V_BSTR(&server) : L"no reason given");
    printf(
        "{\"ready\": true, \"milliseconds\": {\"load\": %.4f, \"activate\": %.4f}}\n",
        loaded - start, milliseconds() - loaded);
    fflush(stdout);
    VariantClear(&server);
    for (;;) {
        struct node *request;
        at = read_line();
        if (!at)
            break;
        request = parsed();
        answer(request, module);
        discard(request);
    }
    activate(&server, command, -1); /* KillPy */
    return 0;
}
