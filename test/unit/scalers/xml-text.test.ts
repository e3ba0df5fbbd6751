import { describe, expect, it } from '@jest/globals';
import { unescapeXml } from '../../../src/scalers/xml-text.ts';

describe('unescapeXml', () => {
  it.each([
    ['a&lt;b&gt;&amp;&quot;c&apos;', `a<b>&"c'`],
    ['&#228;&#xE4;&#x1F600;', 'ää😀'],
    ['&amp;lt;', '&lt;'],
    ['&nbsp; & &#x110000; &;', '&nbsp; & &#x110000; &;'],
  ])('reads %s as %s', (text, expected) => expect(unescapeXml(text)).toBe(expected));
});
