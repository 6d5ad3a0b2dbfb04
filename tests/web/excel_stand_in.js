// Stands in for Office.js: as much of Excel as the page of xlwings Server asks for. It calls custom
// functions as Excel does, by their metadata. Served to the browser in place of office.js, and
// imported by the Pyodide driver; so it neither imports nor exports.
(() => {
  const ERROR_TYPES = {
    "#NULL!": "Null",
    "#DIV/0!": "Div0",
    "#VALUE!": "Value",
    "#REF!": "Ref",
    "#NAME?": "Name",
    "#NUM!": "Num",
    "#N/A": "NotAvailable",
    "#SPILL!": "Spill",
    "#CALC!": "Calc",
    "#GETTING_DATA": "GettingData",
  };
  const CODES = Object.fromEntries(Object.entries(ERROR_TYPES).map(([code, type]) => [type, code]));
  const associated = new Map();

  class CustomFunctionsError extends Error {
    constructor(code, message) {
      super(message);
      this.code = code;
    }
  }

  globalThis.CustomFunctions = {
    associate: (id, implementation) => associated.set(id, implementation),
    Error: CustomFunctionsError,
    ErrorCode: {
      invalidValue: "#VALUE!",
      notAvailable: "#N/A",
      divisionByZero: "#DIV/0!",
      invalidNumber: "#NUM!",
      nullReference: "#NULL!",
      invalidName: "#NAME?",
      invalidReference: "#REF!",
    },
  };

  // Anything an add-in may set up on start (events, buttons, shortcuts): accepted, and forgotten.
  const anything = () =>
    new Proxy(() => {}, {
      get: (_, key) =>
        key === "then" || key === Symbol.iterator
          ? undefined
          : key === Symbol.toPrimitive
            ? () => ""
            : anything(),
      apply: () => anything(),
      construct: () => anything(),
    });
  const cultureInfo = {
    name: "en-US",
    load() {},
    datetimeFormat: { shortDatePattern: "m/d/yyyy", load() {} },
  };
  class RequestContext {
    constructor() {
      this.workbook = new Proxy(
        { name: "Book1.xlsx", load() {} },
        { get: (target, key) => target[key] ?? anything() },
      );
      this.application = { cultureInfo };
    }
    async sync() {}
  }
  globalThis.Excel = { RequestContext, run: async (body) => body(new RequestContext()) };
  const host = { host: "Excel", platform: "OfficeOnline" };
  globalThis.Office = {
    onReady: async (callback) => {
      callback?.(host);
      return host;
    },
    initialize() {},
    HostType: { Excel: "Excel" },
    context: {
      requirements: { isSetSupported: () => true },
      document: anything(),
      ui: anything(),
      diagnostics: { ...host, version: "16.0" },
    },
    actions: { associate() {} },
    addin: anything(),
  };

  // What is in a cell, as the tests write it: a number, a text, a logical, {blank: true} or
  // {error: "#N/A"}. What Excel hands over for it; `blank` is what it gives for an empty cell.
  const toArgument = (cell, blank) => {
    if (cell?.blank) return blank;
    if (cell?.error) {
      return {
        type: "Error",
        errorType: ERROR_TYPES[cell.error],
        basicType: "Error",
        basicValue: cell.error,
      };
    }
    return cell;
  };
  const shaped = (parameter, given, blank) => {
    if (given === undefined) {
      if (!parameter.optional) throw new Error(`Excel takes no formula without ${parameter.name}`);
      return null;
    }
    const rows = Array.isArray(given) ? given : [[given]];
    const matrix = rows.map((row) => row.map((cell) => toArgument(cell, blank)));
    return parameter.dimensionality === "matrix" ? matrix : matrix[0][0];
  };

  // What Excel makes of a result: a cell or a spilled range.
  const toCell = (value) => {
    if (value === null || value === undefined) return { nothing: true };
    if (typeof value === "object") {
      return value.type === "Error"
        ? { error: CODES[value.errorType] ?? `unknown error ${value.errorType}` }
        : { unknown: value };
    }
    return value;
  };
  const toCells = (result) => {
    const isMatrix =
      Array.isArray(result) &&
      result.length > 0 &&
      result.every((row) => Array.isArray(row) && row.length === result[0].length && row.length);
    if (!isMatrix) return { unknown: result ?? null };
    const cells = result.map((row) => row.map(toCell));
    return cells.length === 1 && cells[0].length === 1 ? cells[0][0] : cells;
  };

  let column = 0;
  globalThis.standIn = {
    associated,
    // Arguments of one call, shaped by the metadata; a name Excel does not know gives #NAME?.
    arguments(metadata, name, cells, blank) {
      const entry = metadata.functions.find((candidate) => candidate.name === name);
      if (!entry) return { error: "#NAME?" };
      if (cells.length > entry.parameters.length) throw new Error("Excel takes no more arguments");
      const values = entry.parameters.map((parameter, i) => shaped(parameter, cells[i], blank));
      return { id: entry.id, values };
    },
    toCells,
    // One cell computed: =NAME(cells).
    async compute(metadata, name, cells, blank) {
      try {
        const { error, id, values } = standIn.arguments(metadata, name, cells, blank);
        if (error) return { error };
        column += 1;
        const invocation = { address: `Sheet1!A${column}`, parameterAddresses: [] };
        return toCells(await associated.get(id)(...values, invocation));
      } catch (error) {
        if (error instanceof CustomFunctionsError) return { rejected: error.code };
        return { failed: String(error?.message ?? error) };
      }
    },
  };
})();
