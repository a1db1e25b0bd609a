import assert from 'node:assert/strict'
import test from 'node:test'
import {matching} from '../../field/web/phone/finding.js'

const FORMS = [
  {id: 'a', head: '陈大一', group: '三组', village: '堰垭村', number: '420626-0017', persons: [{name: '陈大一'}, {name: '单小梅'}], keys: ['chendayi', 'cdy', 'shanxiaomei', 'danxiaomei', 'sxm', 'dxm']},
  {id: 'b', head: '吕建国', group: '12组', village: '中坪村', number: '420626-0018', persons: [{name: '吕建国'}], keys: ['lvjianguo', 'ljg']},
  {id: 'c', head: '陈三', group: null, village: '中坪村', number: '420626-0019', persons: [{name: '陈三'}]},
]
const found = text => matching(FORMS, text).map(({id}) => id).join('')

for (const [text, ids] of [
  ['', 'abc'], ['  ', 'abc'], ['陈', 'ac'], ['小梅', 'a'], ['chen', 'a'], ['CDY', 'a'], ['ｃｄｙ', 'a'], ['chen da yi', 'a'], ["chen'dayi", 'a'], ['sxm', 'a'], ['dan', 'a'],
  ['lü', 'b'], ['LV jian', 'b'], ['ljg', 'b'], ['三组', 'a'], ['3组', 'a'], ['３组', 'a'], ['第三组', 'a'], ['第3组', 'a'], ['十二组', 'b'], ['12组', 'b'], ['二组', ''], ['中坪12组', ''],
  ['三组 chen', 'a'], ['陈 中坪', 'c'], ['中坪村', 'bc'], ['0018', 'b'], ['420626-0019', 'c'], ['dayi', ''], ['x', ''], ['-', 'abc'], ['%', ''],
]) test(`${JSON.stringify(text)} means ${ids || 'nobody'}`, () => assert.equal(found(text), ids))
