// The web phone: SIP over a websocket by opensips-js, behind the methods and callbacks of Voicenter's own phone of old:
// initiate, call, answer, hangUp, mute, unmute; onRegister, onInitiateFailed, onRegisterFailed, onDisconnect, onRinging,
// onCall, onCallAnswer, onCallEnd, onCallFailed, onCallRejected. Ids are those of SIP, not of Voicenter's calls.
(() => {
  "use strict";
  const REJECTED = new Set(["Rejected", "Busy", "Canceled"]);
  const SILENT = { log() {}, warn() {}, error() {} };
  const nothing = () => {};

  class WebPhone {
    // `admit` is asked before a call out, and answers whether the number may be dialled; without it none is.
    constructor({ admit = null, library = globalThis.OpensipsJS } = {}) {
      Object.assign(this, {
        onRegister: nothing, onInitiateFailed: nothing, onRegisterFailed: nothing, onDisconnect: nothing,
        onRinging: nothing, onCall: nothing, onCallAnswer: nothing, onCallEnd: nothing, onCallFailed: nothing,
        onCallRejected: nothing, onMute: nothing,
      });
      this.admit = admit;
      this.library = library;
      this.line = null;
      this.sessions = new Map();
      this.leaving = false;
    }

    // Register with the provider. `domain` is where its SIP is spoken, over wss alone.
    initiate({ user, password, domain }) {
      if (this.line) return;
      try {
        const Phone = this.library.default ?? this.library;
        this.line = new Phone({
          configuration: { session_timers: false, uri: `sip:${user}@${domain}`, password },
          socketInterfaces: [`wss://${domain}`],
          sipDomain: domain,
          sipOptions: { session_timers: false, extraHeaders: ["X-Client: console"], pcConfig: {} },
          modules: ["audio"],
        }, SILENT);
        this.listen();
        this.line.begin();
      } catch (error) {
        this.line = null;
        this.onInitiateFailed(error);
      }
    }

    listen() {
      this.line.on("registered", () => this.onRegister());
      this.line.on("registrationFailed", (event) => this.onRegisterFailed(event?.cause ?? ""));
      this.line.on("disconnected", () => this.lost());
      this.line.on("unregistered", () => this.lost());
      this.line.on("changeIsMuted", (muted) => this.onMute(muted));
      this.line.subscribe("new_call", (session) => this.came(session));
      this.line.subscribe("confirmed", (session) => this.onCallAnswer(session._id));
      this.line.subscribe("ended", (session) => this.went(session._id, this.onCallEnd));
      this.line.subscribe("failed", (session, event) => {
        this.went(session._id, REJECTED.has(event?.cause) ? this.onCallRejected : this.onCallFailed);
      });
    }

    async call(number) {
      if (!this.admit || !(await this.admit(number))) throw new Error("the number may not be dialled");
      this.line.audio.initCall(number, false, true);
    }

    answer(id) { this.line.audio.answerCall(id); }
    hangUp(id) { this.line.audio.terminateCall(id); }
    mute() { this.line.audio.mute(); }
    unmute() { this.line.audio.unmute(); }
    hold(id, on) { return on ? this.line.audio.holdCall(id) : this.line.audio.unholdCall(id); }
    keys(id, digits) { this.line.audio.sendDTMF(id, digits); }

    leave() {
      this.leaving = true;
      this.line?.disconnect();
      this.line = null;
      this.sessions.clear();
    }

    came(session) {
      if (this.sessions.has(session._id)) return;
      this.sessions.set(session._id, session);
      const number = session._remote_party_uri_user || session._remote_identity?._uri?._user || "";
      const name = session._remote_party_display_name || session._remote_identity?._display_name || "";
      (session.direction === "incoming" ? this.onRinging : this.onCall)(session._id, { number, name });
    }

    went(id, tell) {
      if (this.sessions.delete(id)) tell(id);
    }

    lost() {
      for (const id of [...this.sessions.keys()]) this.went(id, this.onCallEnd);
      if (!this.leaving) this.onDisconnect();
    }
  }

  globalThis.WebPhone = WebPhone;
})();
