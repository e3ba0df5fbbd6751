// The string and number formats that structural schemas may name; an unknown format is satisfied by everything.

const LIMITS: Readonly<Record<string, number>> = { int32: 2 ** 31, int64: 2 ** 63 };

const FORMATS: Readonly<Record<string, RegExp>> = {
  'date-time': /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  uuid: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  ipv4: /^(\d{1,3}\.){3}\d{1,3}$/,
  email: /^[^@\s]+@[^@\s]+$/,
  duration: /^-?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h|d))+$|^0$/,
};

export function hasFormat(format: string | undefined, value: string | number): boolean {
  if (format === undefined) return true;
  if (typeof value === 'number') {
    const limit = LIMITS[format];
    return limit === undefined || (value >= -limit && value < limit);
  }
  return FORMATS[format]?.test(value) ?? true;
}
