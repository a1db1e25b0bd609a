import assert from 'node:assert/strict'
import {readFileSync, readdirSync} from 'node:fs'
import test from 'node:test'

const FOLDER = new URL('../../field/web/phone/', import.meta.url)
const CHINESE = /[\u4e00-\u9fff]/
const DICTIONARIES = ['words.js', 'labels.js', 'english.js']
const TYPED = ['finding.js'] // reads what people type in Chinese, says nothing
const MODULES = readdirSync(FOLDER).filter(name => name.endsWith('.js') && !['main.js', 'sw.js', 'english.js'].includes(name))
const PICTURE = {append() {}, setAttribute() {}, addEventListener() {}}

// As much of a browser as the modules ask for while they are read.
Object.assign(globalThis, {
  self: globalThis, addEventListener() {}, BroadcastChannel: class { postMessage() {} },
  document: {createElement: () => ({...PICTURE}), createElementNS: () => ({...PICTURE})},
})

globalThis.navigator ??= {} // older Nodes have none

const {words} = await import(new URL('words.js', FOLDER))
const {labels} = await import(new URL('labels.js', FOLDER))
const spoken = {words, labels: {sections: labels.sections, sex: labels.sex}}
words.speak = (name, says) => { spoken[name] = says; return says }
for (const name of MODULES) await import(new URL(name, FOLDER))
const {english, values} = await withCodes('english.js')

test('every text of the phone has its English, and no English is left of a text that is gone', () => {
  const {speak, word, ...said} = spoken.words
  assert.deepEqual(shape(english), shape({...spoken, words: said}))
})

test('no English has Chinese in it', () => {
  assert.deepEqual(leaves(english).map(String).filter(text => CHINESE.test(text)), [])
  assert.deepEqual(Object.values(values).filter(text => CHINESE.test(text)), [])
})

test('every word that a record keeps has its English', () => {
  const kept = Object.values(labels).filter(Array.isArray).flat()
  assert.ok(kept.length > 30)
  assert.deepEqual(kept.filter(word => !values[word]), [])
})

for (const name of readdirSync(FOLDER).filter(name => name.endsWith('.js') && ![...DICTIONARIES, ...TYPED].includes(name))) {
  test(`${name} has no Chinese outside its own words`, () => {
    const lines = readFileSync(new URL(name, FOLDER), 'utf8')
      .replace(/^[ \t]*\/\/[^\n]*|\/\*\*[\s\S]*?\*\/|\s\/\/ [^\n]*/gm, '').replace(/words\.speak\('\w+', \{\n[\s\S]*?\n\}\)/g, '')
    assert.deepEqual(lines.split('\n').filter(line => CHINESE.test(line)), [])
  })
}

test('the style sheet has no words', () => assert.ok(!CHINESE.test(readFileSync(new URL('app.css', FOLDER), 'utf8'))))

// The codes come from the server; here none are needed.
async function withCodes(name) {
  const source = readFileSync(new URL(name, FOLDER), 'utf8').replace("import {codes} from './english.codes.js'", 'const codes = {}')
    .replace(/from '\.\//g, `from '${FOLDER.href}`)
  return import(`data:text/javascript,${encodeURIComponent(source)}`)
}

// What a dictionary is made of: its names, and whether each is a text, a sentence or more names.
function shape(told) {
  if (typeof told !== 'object') return typeof told
  return Object.fromEntries(Object.entries(told).map(([name, inside]) => [name, shape(inside)]))
}

function leaves(told) {
  return typeof told === 'object' ? Object.values(told).flatMap(leaves) : [told]
}
