import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createExtract, type Format } from '../../../../src/scalers/metrics-api/extract.ts';

const read = (format: Format, location: string, body: string) => createExtract(format, location)(body, 'api');

/** The document of GJSON's own description, with numbers. */
const people = JSON.stringify({
  'fav.movie': 3,
  age: 37,
  'a*b': 8,
  friends: [
    { first: 'Dale', last: 'Murphy', age: 44, nets: ['ig', 'fb', 'tw'], on: true },
    { first: 'Roger', last: 'Craig', age: 68, nets: ['fb', 'tw'], on: false },
    { first: 'Jane', last: 'Murphy', age: 47, nets: ['ig', 'tw'], on: true },
  ],
});

describe('a GJSON path', () => {
  it.each([
    ['age', 37],
    [String.raw`fav\.movie`, 3],
    ['fav*', 3],
    ['a?e', 37],
    [String.raw`a\*b`, 8],
    ['friends.1.age', 68],
    ['friends|1|age', 68],
    ['friends.#', 3],
    ['friends|#', 3],
    ['friends.#.age|2', 47],
    ['friends.0.nets.#', 3],
    ['friends.#.nets.#|1', 2],
    ['friends.#(last=="Murphy").age', 44],
    ['friends.#(last="Murphy")#|#', 2],
    ['friends.#(last!="Murphy").age', 68],
    ['friends.#(age>45)#|#', 2],
    ['friends.#(age<=44)#|#', 1],
    ['friends.#(first%"J*").age', 47],
    ['friends.#(first!%"D*").age', 68],
    ['friends.#(on==true)#|#', 2],
    ['friends.#(nets.#(=="fb"))#|#', 2],
    ['friends.#(nobody)#|#', 0],
    ['friends.#[age>45].age', 68],
  ])('%s leads to %d', async (path, value) => expect(await read('json', path, people)).toBe(value));

  it.each(['nobody', 'friends.7.age', 'age.x', 'friends.#(age>99).age', 'friends.first', 'toString', 'friends.-1'])(
    '%s leads nowhere, which is no 0',
    async (path) => {
      await expect(read('json', path, people)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    },
  );

  it.each([
    ['friends.@reverse.0.age', 47],
    ['{age,"n":friends.#}.n', 3],
    ['friends.[0.age,2.age]|1', 47],
    ['friends.@values.#(on==~true)#|#', 2],
    ['friends.#.nets|@flatten|#', 7],
    ['@dig:nets.#|2', 2],
    ['age.@tostr', 37],
    ['@keys.#', 4],
    ['!5', 5],
  ])('%s leads through modifiers, multipaths and literals to %d', async (path, value) =>
    expect(await read('json', path, people)).toBe(value),
  );

  it.each([
    ['..#', '{"a":1}\n{"a":2}\n', 2],
    ['..#', '', 0],
    ['..1.a', '{"a":1}\n{"a":2}\n', 2],
    ['a', '{"a":1}\n{"a":2}\n', 1],
  ])('%s leads through the JSON lines %j to %d', async (path, lines, value) =>
    expect(await read('json', path, lines)).toBe(value),
  );

  it('looks for what a pattern leads on to', async () => {
    expect(await read('json', '*.size', '{"a":{"age":1},"b":7,"c":{"size":2}}')).toBe(2);
  });

  it('takes the first of names that come twice, and places in their order', async () => {
    expect(await read('json', 'a', '{"a":1,"a":2}')).toBe(1);
    expect(await read('json', '@values.0', '{"10":1,"2":2}')).toBe(1);
  });

  it.each(['{"b":1,"a":12', '{"a":[1,2}', '{"a":1}}', '{"a":"1'])(
    'is looked for in no document that ends within: %s',
    async (body) => {
      await expect(read('json', 'b', body)).rejects.toThrow('expected an answer in the format json');
    },
  );

  it('has no end in a query that is not closed', () => {
    expect(() => createExtract('json', 'friends.#(age>')).toThrow('a query has no closing bracket');
  });

  it('takes a key that only begins like a modifier as it is', async () => {
    expect(await read('json', '@timestamp', '{"@timestamp":5}')).toBe(5);
  });

  it('leads to any key whose signs are escaped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.integer(), async (key, value) => {
        const path = key.replaceAll(/[^a-zA-Z0-9]/gs, '\\$&');
        expect(await read('json', path, JSON.stringify({ [key]: value }))).toBe(Object.is(value, -0) ? 0 : value);
      }),
    );
  });
});

describe('createExtract', () => {
  it.each<[Format, string, string, number]>([
    ['json', 'v', '{"v":"1k"}', 1_000],
    ['json', 'v', '{"v":-2.5}', -2.5],
    ['json', 'v', '{"v":"1500m"}', 1.5],
    ['json', '0.v', '[{"v":1}]', 1],
    ['yaml', 'a.b', 'a: {b: "2Ki"}\n---\na: 1\n', 2_048],
    ['xml', 'a.b.1', '<?xml version="1.0"?><!-- c --><a><b>1</b><b><![CDATA[2]]></b></a>', 2],
    ['xml', 'a.@n', "<a n='&#52;'/>", 4],
    ['prometheus', 'up', 'up 1e3\r\nup{a="b"} 2', 1_000],
    ['prometheus', '{__name__="up",a="x\\"y"}', '# HELP up Text.\nup{a="x\\"y",b="}"} 3 # {x="y"} 1', 3],
    ['prometheus', "up{a='b',}", 'up{c="d",a="b",} 7', 7],
  ])('reads %s at %s', async (format, location, body, value) => expect(await read(format, location, body)).toBe(value));

  it.each<[Format, string, string]>([
    ['json', 'v', '{"v":true}'],
    ['json', 'v', '{"v":null}'],
    ['json', 'v', '{"v":"s3cret"}'],
    ['json', 'v', '{"v":1e999}'],
    ['json', 'v', '{"v":{}}'],
    ['json', 'v', '{"v":[1]}'],
    ['json', 'v', '<html>s3cret'],
    ['json', 'v', ''],
    ['yaml', 'v', 'v: true'],
    ['yaml', 'v', 'v: [1'],
    ['xml', 'a', '<a>s3cret</a>'],
    ['xml', 'a', '<a>1</b>'],
    ['xml', 'a', '<a>1</a><a>2</a>'],
    ['xml', 'a', '<a>1'],
    ['xml', 'a', '<a>&s3cret;</a>'],
    ['prometheus', 'up', 'up NaN'],
    ['prometheus', 'up', 'up +Inf'],
    ['prometheus', 'up', 'up s3cret'],
    ['prometheus', 'up', '{"up":1}'],
  ])('takes no number in %s at %s of %j for an error that quotes nothing', async (format, location, body) => {
    const error: Error = await read(format, location, body).then(
      (value) => new Error(`it was ${value}`),
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ code: 'SOURCE_ANSWER' });
    expect(error.message).not.toContain('s3cret');
  });

  it.each<[Format, string, string]>([
    ['yaml', 'a.c', 'a: {b: 1}'],
    ['xml', 'a.c', '<a><b>1</b></a>'],
    ['prometheus', 'up{a="c"}', 'up{a="b"} 1\nupper 2'],
    ['prometheus', 'up', ''],
  ])('finds nothing in %s at %s', async (format, location, body) => {
    await expect(read(format, location, body)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it.each<[string, string, number]>([
    ['up{a!="b"}', 'up{a="b"} 1\nup{a="c"} 2', 2],
    ['up{a=~"b|c"}', 'up{a="bc"} 1\nup{a="c"} 2', 2],
    ['up{a!~"b.*"}', 'up{a="bc"} 1\nup 2', 2],
  ])('understands the matcher in %s', async (location, body, value) =>
    expect(await read('prometheus', location, body)).toBe(value),
  );

  it.each(['up{a=~"("}', '{__name__!="up"}', 'up{a=b}', '{a="b"}', 'up{', '1up', 'up{a="\\d"}', 'up{a="\\U00110000"}'])(
    'refuses the selector %s',
    (location) => expect(() => createExtract('prometheus', location)).toThrow(SyntaxError),
  );
});
