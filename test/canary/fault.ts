/** Loaded before the program: a fault that nobody catches, when SIGUSR2 asks for it. */
process.on('SIGUSR2', () => {
  setImmediate(() => {
    throw new TypeError('a fault of the test');
  });
});
