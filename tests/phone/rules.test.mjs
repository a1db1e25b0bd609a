import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import test from 'node:test'
import {judge, unasked} from '../../field/web/phone/rules.js'

const json = path => JSON.parse(readFileSync(new URL(path, import.meta.url)))
const schema = json('../../field/monitoring/visiting/visit.schema.json')
const {base, cases} = json('../visit_cases.json')

/** The visit of a case: the base with its changes. */
export function visitOf({drop = [], set = {}, repeat = {}}) {
  const visit = structuredClone(base)
  const at = path => {
    const way = path.split('.'), last = way.pop()
    return [way.reduce((holder, part) => holder[part], visit), last]
  }
  for (const [holder, last] of drop.map(at)) delete holder[last]
  for (const path in set) { const [holder, last] = at(path); holder[last] = set[path] }
  for (const path in repeat) { const [holder, last] = at(path); holder[last] = holder[last].repeat(repeat[path]) }
  return visit
}

for (const each of cases) {
  test(`the phone judges as the server does: ${each.name}`, () => {
    const found = judge(schema, visitOf(each))
    assert.deepEqual(found.map(({field}) => field), each.fields)
    if (each.says) assert.deepEqual(found.map(({message}) => message), each.says)
  })
}

for (const each of cases.filter(({unasked}) => unasked)) {
  test(`where a declaration waits the phone asks as the server does: ${each.name}`, () => {
    assert.deepEqual(unasked(schema, visitOf(each)).map(({field}) => field), each.unasked)
  })
}

test('a fault is told in the words of the form', () => {
  assert.deepEqual(judge(schema, visitOf({set: {'income.wages': 'many'}})), [{field: 'income.wages', message: '工资性收入请填数字'}])
})

test('what is no visit at all is refused in words', () => {
  for (const body of [null, 1, 'x', [], true]) {
    assert.deepEqual(judge(schema, body).map(({message}) => message), ['走访记录填得不对，请重新填写'])
  }
})

test('every keyword that the definition uses is known', () => {
  const known = new Set(['$schema', '$id', '$defs', 'title', 'x-words', 'x-asked', 'x-at', 'x-once', 'x-order', '$ref', 'allOf', 'properties', 'items', 'required',
    'additionalProperties', 'type', 'enum', 'const', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems',
    'uniqueItems', 'pattern', 'format', 'contains', 'anyOf'])
  const keywords = part => Array.isArray(part) ? part.flatMap(keywords) : !part || typeof part !== 'object' ? []
    : Object.entries(part).flatMap(([name, value]) => [name, ...['properties', '$defs', 'x-words', 'x-asked'].includes(name)
      ? Object.values(value).flatMap(keywords) : keywords(value)])
  assert.deepEqual(keywords(schema).filter(name => !known.has(name)), [])
})
