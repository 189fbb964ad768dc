// The line to the server: same origin, a cookie, and the token that goes with it.

const WAIT_MS = 30000;

export class Line {
  /** carry: as fetch. login: whose records are open (set once they are): for nobody else's session is anything sent. */
  constructor(carry = (...given) => fetch(...given)) { Object.assign(this, { carry, token: null, login: null, mine: null }); }

  async carryInTime(path, options, wait) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), wait);
    try {
      const response = await this.carry(path, { credentials: "same-origin", cache: "no-store", redirect: "manual", signal: stop.signal, ...options });
      // sent elsewhere: to the log-in
      if (response.type === "opaqueredirect") return { status: 401, json: null };
      return { status: response.status, json: await this.jsonOf(response) };
    } finally {
      clearTimeout(timer);
    }
  }

  // A page where an answer should be is somebody else's, such as a hotel's: as no line at all.
  async jsonOf(response) {
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch (fault) {
      if (response.ok) throw new TypeError("not the server");
      return null;
    }
  }

  /** Who is logged in; null: nobody. Throws where there is no line. */
  async me(wait = WAIT_MS) {
    const { status, json } = await this.carryInTime("/survey/me", {}, wait);
    if (status === 410) return { lost: true };
    if (status === 401 || status === 403) return null;
    if (status !== 200) throw new TypeError("no answer");
    this.token = json.token;
    this.mine = json;
    return json;
  }

  /** One call, as Sync wants it. */
  async call(method, path, body) {
    const mine = this.token ? this.mine : await this.me();
    if (mine && mine.lost) return { status: 410, json: mine };
    if (!this.token) return { status: 401, json: null };
    if (this.login && this.mine.login !== this.login) return { status: 401, json: null };
    const answer = await this.post(method, path, body);
    // a new session has a new token, and may be another's
    if (answer.status === 401 || answer.status === 403) this.token = null;
    return answer;
  }

  post(method, path, body) {
    const bytes = body instanceof Uint8Array;
    const headers = { "X-Canbao-Token": this.token, "Content-Type": bytes ? "application/octet-stream" : "application/json" };
    return this.carryInTime(path, { method, headers, body: bytes ? body : JSON.stringify(body) }, WAIT_MS);
  }

  /** Proves the password, and gets the server's part of the key. */
  register(device, name, password) {
    return this.call("POST", "/survey/device", { device, name, password });
  }

  /** Ends the session on the server. */
  leave() {
    if (!this.token) return Promise.resolve();
    const body = new URLSearchParams({ csrf: this.token });
    return this.carryInTime("/logout", { method: "POST", body }, WAIT_MS);
  }

  /** A picture that another device took; null where it cannot be had. */
  async picture(id) {
    try {
      const response = await this.carry(`/survey/photo/${encodeURIComponent(id)}`, { credentials: "same-origin", cache: "no-store", redirect: "manual" });
      return response.ok ? await response.blob() : null;
    } catch (fault) {
      return null;
    }
  }
}
