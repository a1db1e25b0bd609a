// 两份内容: what the ledger has of a record beside what this phone has, only where they differ.
import {el} from './dom.js'
import {words} from './words.js'
import {photograph, places, telling} from './telling.js'

const SAYS = words.speak('versions', {
  title: '两份内容不一样的地方', ledger: '台账里的', phone: '手机里的', same: '看得到的内容都一样，差在遮住的号码这类看不到的地方。',
  nothing: '没有记', and: '；', photos: '照片（只列不一样的）', no_other: '没有别的照片',
})

/** rows(kept, sent, form, now, kind?) → [[what, in the ledger, on the phone]]: each thing that a record says, where the two differ. */
export function rows(kept, sent, form, now, kind = 'visits') {
  const [ledger, phone] = [kept, sent].map(one => telling(kind, one, form, now).map(([what, said]) => [what, said || SAYS.nothing]))
  const differing = ledger.map(([what, said], place) => [what, said, phone[place][1]]).filter(([, one, other]) => one !== other)
  return [...differing, ...photographs(kept.evidence || [], sent.evidence || [], form)]
}

/** versions(other, form, kind) → Promise: the card that shows both side by side; other: what the server answered. */
export async function versions({kept, sent}, form, kind) {
  const found = rows(kept, sent, {...form, places: await places([kept, sent])}, new Date(), kind)
  return el('section.card', null, el('h2', null, SAYS.title), !found.length && el('p', null, SAYS.same),
    found.map(([what, ledger, phone]) => el('dl.versions', null, el('dt', null, what),
      el('dd', null, el('small', null, SAYS.ledger), ledger), el('dd', null, el('small', null, SAYS.phone), phone))))
}

// Two photographs may be told in the same words and be different ones: each side's own stand there.
function photographs(kept, sent, form) {
  const [ledger, phone] = [[kept, sent], [sent, kept]].map(([mine, others]) =>
    mine.filter(one => !others.some(other => plain(other) === plain(one))).map(one => photograph(one, form)).join(SAYS.and))
  return ledger || phone ? [[SAYS.photos, ledger || SAYS.no_other, phone || SAYS.no_other]] : []
}

function plain(photo) {
  return JSON.stringify(Object.entries(photo).sort())
}
