// Sign-in and consent: /interaction/UID, one page and one form each.
import * as pages from './pages.mjs';

const ROUTE = /^\/interaction\/([\w-]+)$/;
const FORM_LIMIT = 4096;

async function readForm(req) {
  let text = '';
  for await (const chunk of req) {
    text += chunk;
    if (text.length > FORM_LIMIT) throw new Error('form too large');
  }
  return new URLSearchParams(text);
}

async function grantFor(provider, details) {
  const { session, params, grantId, prompt } = details;
  const grant = (grantId && await provider.Grant.find(grantId))
    || new provider.Grant({
      accountId: session.accountId, clientId: params.client_id,
    });
  const { missingOIDCScope, missingOIDCClaims } = prompt.details;
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
  if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims);
  return grant.save();
}

export function interactions(provider, accounts) {
  const loginPage = (uid, refused) => {
    const names = accounts.all().filter((a) => !a.disabled);
    return pages.login(uid, names.map((a) => a.login), refused);
  };

  const show = async (ctx, details) => {
    const { uid, prompt, params, session } = details;
    if (prompt.name === 'login') {
      ctx.body = loginPage(uid);
      return;
    }
    const client = await provider.Client.find(params.client_id);
    const who = accounts.bySub(session.accountId)?.login ?? '(nobody)';
    ctx.body = pages.consent(uid, client, who, params.scope);
  };

  const finish = async (ctx, result) => {
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result));
    ctx.status = 303;
  };

  const answer = async (ctx, details) => {
    const form = await readForm(ctx.req);
    if (details.prompt.name === 'login') {
      const account = accounts.byLogin(form.get('login'));
      if (account) {
        await finish(ctx, { login: { accountId: account.sub } });
      } else {
        ctx.status = 403;
        ctx.body = loginPage(details.uid, form.get('login') ?? '');
      }
    } else if (form.get('answer') === 'allow') {
      const grantId = await grantFor(provider, details);
      await finish(ctx, { consent: { grantId } });
    } else {
      await finish(ctx, {
        error: 'access_denied', error_description: 'declined by the person',
      });
    }
  };

  return async function interaction(ctx, next) {
    if (!ROUTE.test(ctx.path)) return next();
    const details = await provider.interactionDetails(ctx.req, ctx.res);
    ctx.type = 'html';
    ctx.set('Cache-Control', 'no-store');
    return ctx.method === 'POST' ? answer(ctx, details) : show(ctx, details);
  };
}
