// English: every sentence of the phone form, loaded by whoever chose it; the same names as in words.js and in each module's own words.
import {words} from './words.js'
import {labels} from './labels.js'
import {codes} from './english.codes.js'

const WEEK = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const some = (n, one, several = one + 's') => `${n} ${n === 1 ? one : several}`
const unsent = n => n === 1 ? '1 visit or draft has not been sent' : `${n} visits or drafts have not been sent`

/** What a record keeps as a Chinese word, as it is shown; it is stored and sent as it is. */
export const values = {
  户主: 'Head', 配偶: 'Spouse', 其他家人: 'Other family', 邻居: 'Neighbour', 村组干部: 'Village cadre',
  没有信号: 'No signal', 手机没有定位: 'Phone has no location', 不方便: 'Not convenient', 其他: 'Other',
  约时间走访: 'To arrange a visit', 核实情况: 'To check facts', 告知帮扶进展: 'To tell how help goes on',
  儿子: 'Son', 女儿: 'Daughter', 儿媳: 'Daughter-in-law', 女婿: 'Son-in-law', 孙子: 'Grandson', 孙女: 'Granddaughter', 父亲: 'Father', 母亲: 'Mother',
  兄弟姐妹: 'Sibling', 之子: 'Son', 之女: 'Daughter', 之儿媳: 'Daughter-in-law', 之女婿: 'Son-in-law', 之孙子: 'Grandson', 之孙女: 'Granddaughter',
  之外孙子: 'Grandson', 之外孙女: 'Granddaughter', 之父: 'Father', 之母: 'Mother', 之岳父: 'Father-in-law', 之岳母: 'Mother-in-law',
  之公公: 'Father-in-law', 之婆婆: 'Mother-in-law', 之祖父: 'Grandfather', 之祖母: 'Grandmother', 之兄弟姐妹: 'Sibling',
  健康: 'Healthy', 长期慢性病: 'Long-term illness', 患有大病: 'Serious illness', 残疾: 'Disability',
  未上学: 'Not at school', 学前教育: 'Nursery school', 小学: 'Primary school', 初中: 'Junior middle school', 高中: 'Senior middle school',
  中职: 'Vocational school', 大专: 'College', 本科及以上: 'University', 非在校生: 'Not at school',
  普通劳动力: 'Ordinary labour', 技能劳动力: 'Skilled labour', 弱劳动力或半劳动力: 'Weak or half labour', 丧失劳动力: 'Labour lost', 无劳动力: 'No labour',
}

/** english[module] → its words. */
export const english = {
  labels: {
    sections: {
      members: 'Members', income: 'Income', expenses: 'Expenses', guarantees: 'Guarantees and drinking water',
      risk_factors: 'Risk factors', needs: 'Needs', photos: 'Photographs',
    },
    sex: {male: 'Male', female: 'Female'},
  },
  words: {
    rules: 'schema.en.json',
    app: 'Field visits', purpose: 'Visits noted at the door, sent when there is a signal',
    back: 'Back', next: 'Go on', later: 'Later', close: 'Close', retry: 'Try again', understood: 'Understood',
    demo: 'Demonstration data', parted: 'You hold no post any more. What was not sent yet goes to the town office; once all is sent, this phone is cleared.', outside: 'Tap ··· at the top right and choose “Open in browser”: drafts and photographs are safer there.',
    tabs: {today: 'Today', households: 'Households', waiting: 'To send', me: 'Me'},
    truth: {
      stuck: n => `${n} to look at`,
      sending: (n, online) => !online ? n ? `Offline · ${n} to send` : 'Offline' : n ? `${n} to send` : 'All sent',
    },
    failed: {
      offline: 'No network, and this page is not on the phone yet. What is on the phone stays; open the page again where there is a signal.',
      other: 'This page did not open. What you filled in is on the phone; please try again.',
      unknown: 'This household was not found. It may not be in your village.',
    },
    login: {
      title: 'Sign in', open: 'Open', again: 'Please sign in again', keep: 'Please enter your password',
      username: 'User name', password: 'Password', old: 'Former password', opening: 'Opening…', another: 'Sign in as somebody else',
      forgotten: 'Former password forgotten', try_again: 'Try again', erase: 'Clear and start anew', erased: 'Cleared. Please sign in once more.',
      anew: n => n ? `${unsent(n)}. Once cleared, that is gone for good.` : 'Nothing on the phone waits to be sent. It can be cleared and started anew.',
      why: 'Use the user name and password that the county gave you. The password is not kept on the phone.',
      why_open: 'What is on this phone is locked. Your password opens it, without network too.',
      why_new: 'First use of this phone: your password locks what will be on it.',
      why_keep: 'With your password the draft can be kept on the phone. Nothing that you filled in is lost.',
      why_again: 'The login ran out. What you filled in stays; after signing in it goes on being sent.',
    },
    refused: {
      wrong: () => 'User name or password is wrong. Please try again.',
      slow: detail => detail || 'Too many tries. Please wait a few minutes.',
      ended: () => 'This account has ended or holds no post any more, and the phone was cleared. Questions? Ask the town office.',
      other: name => `This phone still holds unsent visits of “${name}”. Please sign in with that user name first, send them, then change.`,
      old: tried => tried ? 'The former password is wrong too. Please try again.' : 'The password was changed elsewhere. Enter the former one too, and what is on the phone opens.',
      offline: 'No network. The first sign-in needs a signal; please try again where there is one.',
      broken: 'Not opened. This browser may be unable to keep data; please use another one.',
    },
    day: (at, year) => year ? `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}` : `${WEEK[at.getUTCDay()]} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`,
    money: amount => `${amount} yuan`, list: parts => parts.join(', '), about: (name, parts) => `${name} (${parts.join(', ')})`,
    age: n => some(n, 'year'), none: 'None', nothing_spent: 'All 0 yuan', all_secure: 'All secure', main: ' (main)',
    problem: note => note ? ` in trouble: ${note}` : ' in trouble',
    yuan: label => `${label} (yuan)`,
    watched_not: 'Not monitored', begun: 'Begun', never: 'Never visited', never_long: 'This household was never visited.',
    since: days => days <= 0 ? 'Visited today' : `${some(days, 'day')} not visited`,
    village: (n, never) => never ? `${some(n, 'household')} in the village, ${never} never visited` : `${some(n, 'household')} in the village, longest unvisited first`,
    more: 'Show more',
    tasks: {
      title: n => `${n} for you to do`, nobody: 'Household not known yet', find: 'If you know it, please tell the town office', plan: 'No measure yet; open with network to plan one',
      others: 'You had it before; somebody else must go on', online: 'Open with network to do it', leads: n => `${some(n, 'lead')} since`, urgent: reason => `Village fund, urgent: ${reason || ''}`, level: {town: 'Town reminded', county: 'County reminded'},
      due: days => days < 0 ? `${some(-days, 'day')} late` : days === 0 ? 'Due today' : `${some(days, 'day')} left`,
      },
    no_grade: 'No warning', grade_missing: facts => `Not known yet; the grade may rise once it is: ${facts.join(', ')}`,
    said: {
      words: text => `“${text}”`, amount: (least, most) => most ? `Spent or lost ${least} to ${most}` : `Spent or lost about ${least}`,
      since: ([year, month, date]) => `Since ${[date, month && MONTHS[month - 1], year].filter(Boolean).join(' ')}`,
      ask: 'This household declared a hardship. Please ask and choose the risk factors anew.', answer: 'Asked; choose risk factors',
    },
    number: 'Household number ', lives_here: n => `${some(n, 'person', 'people')} at home`, last_visit: 'Last visit', way: 'Way there',
    help: {title: 'Help', done: when => `✓ carried out ${when}`, due: when => `by ${when}`, late: when => `▲ overdue since ${when}`},
    begin: 'Start visit', go_on: 'Go on filling in',
    call: {
      short: 'Call', label: name => `Call ${name}`, why: 'Why do you call?', traced: 'Fetching the number leaves a trace.',
      dial: phone => `Dial ${phone.replace('+86', '')}`,
      reached: 'Reached; note it',
      none: 'The number was not fetched. That needs network; once fetched it stays on the phone.',
    },
    visit: {
      title: 'Visit', of: head => `Visit ${head}`, save: 'Save', progress: (n, all) => `${n}/${all}`, kept: time => `Draft kept ${time}`,
      first: 'First visit: please fill in every part.', all: 'Nothing changed', all_why: 'All as last time? Tap here first, then change what is different.',
      same: 'Unchanged', changed: 'Changed', fill_in: 'Fill in', nothing: 'Nothing recorded yet', now: 'On file',
      last: when => `${when}: `, no_photos: 'No photographs',
      answers: {same: () => '✓ unchanged', changed: () => '✓ changed', photos: n => n ? `✓ ${n}` : '✓ none'},
      period: {from: 'Income from', to: 'To'}, twelve: 'What the family paid itself in the last 12 months; 0 for nothing.',
      guarantee: {ok: 'Secure', problem: 'Trouble'}, which: 'What is the trouble?', which_problem: name => `Trouble with ${name}`,
      main: 'Main', choose: {risk_factors: 'Tap the main one first; none if there is none.', needs: 'Several may be chosen; none if there is none.'},
      place: 'Place and more', informant: 'Who told you', note: 'Anything else to note (may be left empty)',
      of_whom: name => `${name}: `, faults: n => `${some(n, 'thing')} still to mend`,
    },
    hints: {
      wages: 'From work, public posts too', business: 'All that farm and trade brought in, costs not taken off', property: 'Land lease, shares, interest',
      transfers: 'Social security, pensions, subsidies', production_cost: 'Seed, fertiliser, feed and the like', medical_self_paid: 'What was paid oneself after reimbursement',
    },
    member: {
      hint: 'Open whoever changed; only change what is different.', add: 'Add a person', new: 'New person', added: 'new', remove: 'Do not add',
      changed: n => n ? `${n} changed` : '', choose: 'Please choose', least: 'Said to be this much or more', here: 'Still at home', masked: phone => `Now ${phone}`,
      fields: {
        phone: 'Phone', work: 'Work', work_place: 'Place of work', months_away: 'Months away in a year', monthly_income: 'Monthly income (yuan)',
        health: 'Health', schooling: 'Schooling', labour: 'Ability to work', left: 'Left the household?', name: 'Name', sex: 'Sex',
        relation: 'Relation to the head', birth_date: 'Date of birth', id_number: 'ID number (may be left empty)',
      },
    },
    places: {
      choose: 'Choose a place', other: name => `${name}, tap to change`, loading: 'Fetching places…', failed: 'Places not fetched; tap again with network',
      levels: ['Province', 'City', 'County'],
    },
    photos: {
      count: n => String(n), album: 'Album', which: 'What does it show?', working: 'Preparing photographs…',
      unreadable: 'A photograph could not be opened and was left out. Please take it again.', locked: 'Photographs can be kept only after the password was entered.',
      poor: 'Hard to read. Take it again?', again: 'Take again', keep: 'Keep this one', remove: 'Delete', details: 'Whose, date, amount (for relief)',
      whose: 'Whose', nobody: 'Not sure', issued_on: 'Date of the bill', amount: 'Amount of the bill', compliant_amount: 'Of it compliant', compliant: 'Leave empty if it cannot be seen',
    },
    place: {
      looking: 'Finding the place…', found: metres => `Place found, to about ${metres} m`, none: 'Place not found yet; still looking',
      refused: 'The phone does not allow its location. It can be allowed in the settings of the browser.', late: 'You left long ago; the place is no longer looked for.', why: 'No place, because:',
    },
    sent: {
      title: 'Visit', gone: 'This record is no longer on the phone.', on: 'Back to today',
      recorded: 'In the ledger', safe: 'Kept safely; you may leave.', kept: 'Noted; will be sent with the next signal', sending: 'Sending…', refused: 'The server did not take it', lost: 'A photograph is not on this phone',
      saved: (date, time) => `Noted ${date} ${time}`, number: 'Receipt number', qr: 'QR code of the receipt',
      why: 'The household may note the number or scan the code, and check that this is in the ledger.', check: 'Please check again', mend: 'Mend',
      photo: {done: 'Sent', waiting: 'Waiting', needs_attention: 'Not taken'},
    },
    waiting: {
      none: 'No visits wait on the phone; all are sent.', drafts: 'Begun', done: 'In the ledger',
      states: {waiting: 'Waiting', sending: 'Sending', needs_attention: 'To look at'},
      out: 'Cannot be sent for long?', out_why: 'Take it out and give it to the town office. It also stays on the phone.',
      whats: {calls: 'Call', consents: 'Consent form', revisits: 'Revisit'}, now: 'Send now', file: 'Save as a file', text: 'Show as text', unknown: 'A household',
    },
  },
  case_card: {
    case: 'Case', due: (when, left) => left < 0 ? `${some(-left, 'day')} late, was due ${when}` : left === 0 ? 'Due today' : `Due ${when}, ${some(left, 'day')} left`,
    stopped: 'Objection; the clock stands still', green: 'Green channel: help first, the steps follow',
    consents: (n, all) => n < all ? `Consent forms: ${all} to sign, ${n} signed` : '✓ All consent forms are signed',
    sign: 'Sign consent forms', go_on: 'Go on signing', revisit: 'Revisit', nth: (nth, when) => `No. ${nth}, by ${when}`, begin: 'Start revisit', on: 'Go on with the revisit', from: when => `From ${when}`,
    sent: 'Revisited; waiting to be sent', look: 'Open the case', onward: 'Open the case and go on',
  },
  consent: {
    title: head => `Consent ${head}`, none: 'This household has no consent form to sign now.', version: text => `Version ${text}`,
    stays: 'The text that is signed stays in Chinese.', unread: 'The consent form is not here yet. Please open this page with network.',
    hows: [['drawn', 'On the phone'], ['signed', 'On paper'], ['fingerprint', 'Fingerprint']],
    here: ', waiting to be sent',
    signed: 'Please sign the paper form, then photograph it below.', fingerprint: 'Who cannot write lets somebody write the name and gives a fingerprint; then photograph the form below.',
    writer: 'Written by (name)', paper: 'Signed consent form', legible: 'The whole sheet, and legible.', later: 'Who is away may sign another day.', count: (n, all) => `${n}/${all} signed`,
  },
  empty: {
    none: 'No households in your area yet. Please ask the town office.',
    first: 'No network. The first time must be where there is a signal; after that it works without.', title: 'This account makes no visits', open: 'Open the office pages',
    department: 'A department has no households to visit. Lists are sent and their results seen on the office pages, with network.',
    unit: 'A unit has no households to visit. Those that concern it are seen on the office pages, with network.',
  },
  heard: {
    title: name => `Call with ${name}`, who: 'Who answered?', whose: [['self', 'The person'], ['family', 'Family']], name: 'Name of the relative (may be left empty)',
    how: 'What was said?', hows: [['unchanged', 'As last time'], ['changed', 'Changed'], ['declined', 'Would not say']],
    help: 'Any hardship at home?', helps: [['no', 'No'], ['yes', 'Yes, a visit is needed']], note: 'What else was said (may be left empty)',
    phone: 'New phone (empty if the same)', work_place: 'Where', work: 'Work', months_away: 'Months away in a year', monthly_income: 'Monthly income (yuan)',
    nothing: 'Please fill in at least one thing that changed.', unsaid: 'Please choose what was said', unasked: 'Please ask whether there is any hardship at home', wrong: what => `${what}: this cannot be right. Please look again.`, save: 'Save',
  },
  households: {
    search: 'Name, letters, group or number', found: n => n ? some(n, 'household') : 'Nothing found. Please try another word',
  },
  unshown: {
    heic: 'The photograph is kept. This phone cannot show HEIC; the office can, once it is sent.',
    broken: 'This file could not be opened; please take the photograph again.',
  },
  me: {
    unknown: 'Not checked with the server yet', phone: 'This phone', unsent: n => n ? `${unsent(n)} yet` : 'No visits wait to be sent',
    used: (used, left) => `${used} used${left ? `, ${left} left` : ''}`, mega: n => `${n} MB`,
    persisted: 'The phone will not clear this by itself.', not_persisted: 'When short of space, the phone may clear this.',
    refused: 'The browser did not agree. Put this page on the home screen and try again.', persist: 'Ask the phone not to clear', large: 'Large type', on: 'On', off: 'Off',
    home: 'On the home screen', home_ready: 'Opens from the home screen like an app.', install: 'Put on the home screen',
    home_how: 'Choose “Add to home screen” in the menu of the browser.', wechat: 'In WeChat: tap ··· at the top right and choose “Open in browser”.',
    office: 'Office pages', office_why: 'Cases, assessments, notices and the relief fund are done on the office pages, with network.', office_open: 'Open the office pages',
    post: 'Standing in', post_why: 'After changing the post you enter the password again, and its households come onto the phone.', own: 'Own post', post_held: 'Before changing the post, please send the visits and drafts on the phone', post_failed: 'Not changed. Please try again with a signal',
    out: 'Sign out', out_held: n => `${n} not sent yet`, out_why: 'Signing out now would lose these visits and drafts, so it is not possible. Please send them first, or save them as a file.',
    out_clean: 'All is sent. Signing out clears the households from the phone.', send_first: 'Send first', stay: 'Stay', version: text => `Version ${text}`,
    language: 'Language', language_why: 'After changing the language you enter the password again.', language_far: 'No network, and this language is not on the phone yet. Please change it where there is a signal.',
  },
  pad: {
    draw: name => `${name}, please sign in the box with a finger`, clear: 'Clear', done: 'Signed', again: 'Sign again', short: 'Too short. Please sign with your full name', label: name => `Signature of ${name}`,
  },
  rescue: {
    plain: 'This file is not encrypted and tells of households. Please delete it once the town office has it', check: 'Check number', household: 'Household', visit: 'Visit',
  },
  telling: {
    visited: 'Time of the visit', revisited: 'Time of the revisit', called: 'Time of the call', signed: 'Time of signing', and: '; ', place: 'Place', version: 'Version of the text', who: 'Who signed', person: 'Who was called', facts: 'What is new', note: 'Note', income: 'Net income a head', heard: 'What else was said',
    period: (from, to) => `${from} to ${to}`, joined: name => `New: ${name}`, clock: (date, time) => `${date} ${time}`, writer: name => `written by ${name}`,
    spot: (latitude, longitude, metres) => `${latitude} north, ${longitude} east, to about ${metres} m`, taken: when => `taken ${when}`, compliant: amount => `${amount} of it compliant`, issued: date => `issued ${date}`,
  },
  versions: {
    title: 'Where the two differ', ledger: 'In the ledger', phone: 'On the phone', same: 'All that can be shown is the same; the difference is in what is hidden, such as numbers.',
    nothing: 'Not noted', and: '; ', photos: 'Photographs (only those that differ)', no_other: 'No others',
  },
  elsewhere: {
    title: 'Being filled in', why: 'This household is being filled in on another page. Go on here, and what was filled in there comes along.', here: 'Go on here', waiting: 'Waiting until the other page has kept it…',
    silent: 'The other page does not answer; the phone may have stopped it. Please open that page, then come back and tap “Go on here”. You may also go on without it, but what it has not kept does not come along.', anyway: 'Go on without waiting',
    lost: 'This household is being filled in on another page now. What was not kept here did not come along. Please copy it there, then close this page.',
  },
  revisit: {
    title: head => `Revisit ${head}`, nth: ({nth}, when) => `Revisit no. ${nth} after the risk was eliminated, by ${when}`, unknown: 'This household was not found. It may not be in your village.',
    measures: 'Is help still given?', measured: [['kept', 'All of it'], ['partly', 'In part'], ['stopped', 'None']], stopped: 'What stopped, and why',
    all_secure: 'All six secure', income: 'Net income a head (yuan, about a year)', income_hint: 'Net income of the family in a year by its members; roughly is enough',
    asked: 'Checked with', who: [['neighbours', 'Neighbours'], ['village_committee', 'Village committee'], ['department', 'Department']], department: 'Which department',
    relapse: 'Risk of falling back?', risks: [['no', 'No'], ['yes', 'Yes']], note: {yes: 'What happened (becomes a lead)', no: 'Anything else to note (may be left empty)'}, place: 'Place',
  },
  signing: {
    told: {drawn: 'signed on the phone', signed: 'signed on paper', fingerprint: 'gave a fingerprint'},
    nobody: 'Nobody has signed yet', draw: 'No signature yet. Sign, then tap “Signed”', writer: 'With a fingerprint, please say who wrote the name', paper: 'Please photograph the signed consent form',
  },
  ways: {
    mend: 'Mend and send', town: 'To the town office', why: 'Please write why; the town office will see it:', hand: 'Hand over',
    text: 'Show as text', copy: 'Copy', copied: 'Copied', by_hand: 'Please press the text long to copy it', remove: 'Delete from the phone',
    remove_why: 'Once deleted, this record is gone for good.', recorded: 'This is in the ledger; only the photograph was not taken. It can be taken again at the next visit.', let_go: 'Delete the photographs not taken',
    let_go_why: 'What was recorded and its receipt stay. Only the photographs that were not taken are deleted.', stay: 'Keep', file: 'visits.json',
    twice: 'The ledger had another version of this first, and that stays as it is. Let go of the one on the phone, or mend it and note it anew.', keep: 'Keep what the ledger has', anew: 'Mend and note anew',
    keep_why: (gone, wanted) => `The ledger stays as it is. The one on the phone ${gone ? `and ${some(gone, 'photograph')} of it ` : ''}will be deleted for good.${wanted ? ` ${some(wanted, 'photograph')} that the ledger still misses will be sent.` : ''}`,
    keep_sure: 'Keep the ledger’s, delete the phone’s', first: 'Fill in that one first',
    unknown: 'This household is not on the phone, nor to be had now, so it cannot be mended here. Hand it to the town office, or try again with network.',
    begun: 'Another visit to this household is only half filled in. Please fill it in and save it, or delete it under “To send”, then mend this one. This one stays on the phone.',
    started: (date, time) => `Begun ${date} ${time}`, drop: 'Delete this draft', drop_why: 'Once deleted, what was filled in and its photographs are gone for good.',
  },
}

/** speak(): the form in English from here on; called before the first page is drawn. */
export function speak() {
  const known = {...codes, ...values}
  words.word = text => known[text] || text
  words.speak = (name, says) => merged(says, english[name])
  Object.values(labels).filter(each => !Array.isArray(each)).forEach(each => merged(each, Object.fromEntries(
    Object.entries(each).map(([code, label]) => [code, words.word(label)]))))
  merged(words, english.words)
  merged(labels, english.labels)
  if (self.document) opening(document)
}

function merged(says, told) {
  Object.entries(told).forEach(([name, text]) => { says[name] = typeof text === 'object' ? merged(says[name], text) : text })
  return says
}

function opening({documentElement, head, body}) {
  documentElement.lang = 'en'
  head.querySelector('[rel=manifest]').href = '/m/manifest.en.webmanifest'
  body.querySelector('#foot').setAttribute('aria-label', 'Main pages')
  body.querySelector('#head h1').textContent = words.app
  body.querySelector('#page').textContent = words.login.opening
}
