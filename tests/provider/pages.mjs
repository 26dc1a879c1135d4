// Every page a person sees. No script, font or picture from elsewhere.
// <main data-outcome> tells approve.py how a page ended.
const STYLE = `
body { font: 1.1em sans-serif; margin: 3em auto; max-width: 26em;
  padding: 0 1em; }
input, button { font: inherit; padding: .4em .8em; margin: .3em .3em .3em 0; }
code { font-size: 1.6em; }
.error { color: #b00; }`;

const ENTITIES = {
  '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;',
};
const safe = (text) => String(text).replace(/[&<>"']/g, (c) => ENTITIES[c]);

function page(title, body, outcome = 'ask') {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(title)}</title><style>${STYLE}</style></head>
<body><main data-outcome="${outcome}"><h1>${safe(title)}</h1>
${body}</main></body></html>`;
}

const note = (text) => `<p class="error">${safe(text)}</p>`;

export const failed = (text) => page('This did not work', note(text), 'error');

function codePage(form, message, outcome) {
  return page('Connect a device', `${message}${form}
<button type="submit" form="op.deviceInputForm">Continue</button>`, outcome);
}

const REFUSALS = {
  AlreadyUsedError: 'this code was used already',
  ExpiredError: 'this code has expired',
  NoCodeError: 'no code was entered',
  NotFoundError: 'there is no such code',
};

// The pages of oidc-provider's device flow that it lets us draw.
export function codeInput(ctx, form, out, err) {
  if (!err) {
    ctx.body = codePage(form, '<p>Enter the code your device shows.</p>');
  } else if (err.name === 'AbortedError') {
    const text = '<p>The device was not let in.</p>';
    ctx.body = page('Declined', text, 'declined');
  } else {
    const why = REFUSALS[err.name] ?? err.message;
    ctx.body = codePage(form, note(`Not accepted: ${why}.`), 'error');
  }
}

export function codeConfirm(ctx, form, client, deviceInfo, userCode) {
  ctx.body = page('Confirm the device', `
<p><b>${safe(client.clientName ?? client.clientId)}</b> shows this code:</p>
<p><code>${safe(userCode)}</code></p>
<p>Go on only if it is on your own screen.</p>${form}
<button type="submit" form="op.deviceConfirmForm" autofocus>Continue</button>
<button type="submit" form="op.deviceConfirmForm" name="abort"
 value="yes">Decline</button>`);
}

export function codeSuccess(ctx) {
  ctx.body = page('Approved', '<p>Go back to your terminal.</p>', 'approved');
}

export function error(ctx, out) {
  ctx.type = 'html';
  ctx.body = failed(`${out.error}: ${out.error_description ?? ''}`);
}

export function login(uid, names, refused) {
  const message = refused === undefined ? ''
    : note(`Nobody called "${refused}" may sign in.`);
  const options = names.map((name) => `<option value="${safe(name)}">`);
  return page('Sign in', `${message}
<form id="login" method="post" action="/interaction/${safe(uid)}">
<input type="text" name="login" placeholder="name" autofocus
 autocomplete="off" list="names">
<datalist id="names">${options.join('')}</datalist>
<button type="submit">Sign in</button></form>
<p>A test provider: any of these names will do, there is no password:
${safe(names.join(', '))}</p>`, refused === undefined ? 'ask' : 'error');
}

export function consent(uid, client, who, scope) {
  return page('Allow the sign-in', `
<p>Signed in as <b>${safe(who)}</b>. Allow
<b>${safe(client.clientName ?? client.clientId)}</b> to know:
${safe(scope)}?</p>
<form id="consent" method="post" action="/interaction/${safe(uid)}">
<button type="submit" name="answer" value="allow" autofocus>Allow</button>
<button type="submit" name="answer" value="deny">Decline</button></form>`);
}
