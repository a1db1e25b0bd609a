// 查找: which households are meant by a name, its letters or initials, a group, a village or a number. Pure.
const DIGITS = '零一二三四五六七八九十'

/** matching(forms, text) → those where every word is in what is told of the household, or whose letters begin with what was typed. */
export function matching(forms, text) {
  const wanted = plain(text).split(/\s+/).filter(Boolean)
  const whole = letters(plain(text))
  return forms.filter(form => {
    const {head, group, village, number, persons, keys = []} = form
    const told = plain([head, group, village, number, ...persons.map(person => person.name)].filter(Boolean).join(' '))
    const begins = word => word && keys.some(key => key.startsWith(word))
    return begins(whole) || wanted.every(word => /.组$/.test(word) ? isGroup(plain(group || ''), word) : told.includes(word) || begins(letters(word)))
  })
}

// As it is compared: small, full-width letters as others, and 第3组 as 三组.
function plain(text) {
  return text.normalize('NFKC').trim().toLowerCase().replace(/ü/g, 'v').replace(/第?(\d{1,2})组/g, (_, number) => `${spoken(Number(number))}组`).replace(/第(?=.{1,3}组)/g, '')
}

// 二组 is not 十二组.
function isGroup(group, word) {
  return group.endsWith(word) && !DIGITS.includes(group.charAt(group.length - word.length - 1) || ' ')
}

function letters(text) {
  return text.replace(/[^\p{L}\p{N}]/gu, '')
}

function spoken(number) {
  const [tens, ones] = [Math.floor(number / 10), number % 10]
  return `${tens > 1 ? DIGITS[tens] : ''}${tens ? '十' : ''}${ones || !tens ? DIGITS[ones] : ''}`
}
