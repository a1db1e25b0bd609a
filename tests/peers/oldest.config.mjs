// What the phone form may use: nothing younger than its oldest browser understands (docs/real-phone.md).
import compat from 'eslint-plugin-compat'
import es from 'eslint-plugin-es-x'

const OLDEST = 'chrome 73'
const YOUNGER = ['replaceChildren', 'requestSubmit', 'checkVisibility'] // of the DOM, whose methods the judges do not know
const own = /no-(iterator-prototype-.*|dynamic-import|(array|string)-prototype-at|string-prototype-matchall)$/ // names that mean something else here
const strict = es.configs['flat/restrict-to-es2019']

export default [
  strict,
  compat.configs['flat/recommended'],
  {
    linterOptions: {reportUnusedDisableDirectives: 'error'},
    settings: {'es-x': {aggressive: true}, browsers: [OLDEST]},
    rules: {
      ...Object.fromEntries(Object.keys(strict.rules).filter(name => own.test(name)).map(name => [name, 'off'])),
      'no-restricted-properties': ['error', ...YOUNGER.map(property => ({property}))],
      'no-restricted-syntax': ['error',
        {selector: "CallExpression[callee.property.name='at']", message: 'Chrome 92'},
        {selector: "CallExpression[callee.property.name='arrayBuffer']:not([callee.object.callee.name='Response'])", message: "a Blob's own: Chrome 76"}],
    },
  },
]
