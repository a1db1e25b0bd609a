// Reads a JSON list of calls from stdin, each [what, arguments], and writes the list of what they give.
const wecom = require("@wecom/crypto");
const twilio = require("twilio/lib/webhooks/webhooks");

const calls = {
  seal: (key, message, appId) => wecom.encrypt(key, message, appId),
  open: (key, sealed) => {
    const { message, id } = wecom.decrypt(key, sealed);
    return { message, id };
  },
  sign: (token, timestamp, nonce, sealed) => wecom.getSignature(token, timestamp, nonce, sealed),
  twilioSign: (token, url, form) => twilio.getExpectedTwilioSignature(token, url, form),
  twilioJudge: (token, signature, url, form) => twilio.validateRequest(token, signature, url, form),
};

let text = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (piece) => (text += piece));
process.stdin.on("end", () => {
  process.stdout.write(JSON.stringify(JSON.parse(text).map(([what, ...given]) => calls[what](...given))));
});
