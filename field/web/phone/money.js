// Money is typed in yuan and kept in 分: by digits, never by floating point.
import {words} from './words.js'

const YUAN = /^(\d{1,9})(?:\.(\d{1,2}))?$/

/** fen('18,600.5') → 1860050; '' → null; anything that is no amount stays as it was typed, so that the rules name it. */
export function fen(text) {
  const typed = plain(text)
  if (typed === '') return null
  const parts = YUAN.exec(typed)
  return parts ? Number(parts[1] + (parts[2] || '').padEnd(2, '0')) : String(text).trim()
}

/** yuan(1860050) → '18600.5', as it is typed; nothing for what is missing; no amount stays as it was. */
export function yuan(amount) {
  if (!Number.isInteger(amount)) return amount === null || amount === undefined ? '' : String(amount)
  const [whole, cents] = split(amount)
  return whole + (cents === '00' ? '' : '.' + cents.replace(/0$/, ''))
}

/** money(123450) → '1,234.50 元', as it is read. */
export function money(amount) {
  const [whole, cents] = split(amount)
  return words.money(`${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`)
}

function split(amount) {
  const digits = String(Math.abs(amount)).padStart(3, '0')
  return [(amount < 0 ? '-' : '') + digits.slice(0, -2), digits.slice(-2)]
}

function plain(text) {
  return String(text === null || text === undefined ? '' : text)
    .replace(/[\uff10-\uff19]/g, digit => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[\uff0e。]/g, '.')
    .replace(/[\s,\uff0c\u5143]/g, '')
}
