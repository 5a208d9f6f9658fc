// In place of opensips-js: keeps what it was told, and lets the test say what the provider does.
globalThis.OpensipsJS = {
  default: class {
    constructor(options) {
      globalThis.fakes = [...(globalThis.fakes ?? []), this];
      this.options = options;
      this.told = [];
      this.handlers = {};
      this.audio = new Proxy({}, { get: (_, name) => (...args) => { this.told.push([name, ...args]); } });
    }
    on(name, handler) { (this.handlers[name] ??= []).push(handler); }
    subscribe(name, handler) { this.on(name, handler); }
    begin() { this.told.push(["begin"]); }
    disconnect() { this.told.push(["disconnect"]); }
    say(name, ...args) { for (const handler of this.handlers[name] ?? []) handler(...args); }
  },
};
