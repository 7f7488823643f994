/** Shells that are completed in; `kubectl` is its plugin's completion. Pure. */
export const shells = ['bash', 'zsh', 'fish', 'kubectl'] as const;
export type Shell = (typeof shells)[number];
