// Times are kept in UTC and shown as a clock in China shows them (UTC+8, no summer time).
import {words} from './words.js'

const CHINA = 8 * 3600e3
const DAY = 24 * 3600e3

/** stamp(date) → '2026-11-20T02:30:00Z'. */
export function stamp(date) {
  return date.toISOString().replace(/\.\d+/, '')
}

/** day('2026-11-23T02:30:00Z') → '11月23日 周一', with the year when it is another one than now's. */
export function day(iso, now = new Date()) {
  const there = china(iso)
  return words.day(there, there.getUTCFullYear() !== china(now).getUTCFullYear())
}

/** hour('2026-11-23T02:30:00Z') → '10:30'. */
export function hour(iso) {
  return china(iso).toISOString().slice(11, 16)
}

/** daysSince('2026-11-20…', now) → whole days by the calendar. */
export function daysSince(iso, now) {
  return Math.floor((+china(now)) / DAY) - Math.floor((+china(iso)) / DAY)
}

/** age('1968-03-02', now) → 58. */
export function age(birth, now) {
  const today = china(now).toISOString()
  return Number(today.slice(0, 4)) - Number(birth.slice(0, 4)) - (today.slice(5, 10) < birth.slice(5, 10) ? 1 : 0)
}

/** period(monitored, now) → {from, to}: the 12 months over which income is counted (domain, section 7): for a monitored
 *  household the last full October–September, for another one the 12 months that end with the month before. */
export function period(monitored, now) {
  const today = china(now)
  const year = today.getUTCFullYear(), month = monitored ? 9 : today.getUTCMonth()
  const end = monitored && today.getUTCMonth() < 9 ? year - 1 : year
  return {from: date(end - 1, month, 1), to: date(end, month, 0)}
}

function date(year, month, number) {
  return new Date(Date.UTC(year, month, number)).toISOString().slice(0, 10)
}

function china(when) {
  return new Date(+new Date(when) + CHINA)
}
