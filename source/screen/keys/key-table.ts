import type {Binding} from './binding.js';
import {consoleKeys} from './console-keys.js';
import {logKeys} from './log-keys.js';
import {lookKeys} from './look-keys.js';
import {movingKeys} from './moving-keys.js';
import {overlayKeys} from './overlay-keys.js';
import {releaseKeys} from './release-keys.js';
import {splitKeys} from './split-keys.js';

/**
The key table: the one place that says which key does what. Footer, help and palette are made from it (key-lookup.ts), so they
cannot disagree with what happens. Its order is their order.

Decisions, where a key could surprise:
- Digits go to a pane everywhere, as in lazygit and k9s. An exact share is typed after `%` (context `value`): the bars follow
  while it is typed, Enter reviews it and Esc leaves the share as it was.
- ←→ and `h l` move the split in the traffic pane and go to the neighbour pane in the others (lazygit's habit).
- `L` is logs and `l` is →; so locking a row is `o`.
- `q` leaves the program from a pane, but only the text from a viewer (less's habit); Esc never leaves the program.
- Esc throws away only what no write has happened for: a draft of the split. Everything else it closes keeps its content.
- `R`, `c`, `u` open a review from every pane; Enter there writes, and no other key does. `R` and `c` do so also from what
  is only looked at, because who reads a log is about to want them; there `c` is the container.
*/
export const bindings: readonly Binding[] = [
	...movingKeys,
	...splitKeys,
	...releaseKeys,
	...lookKeys,
	...overlayKeys,
	...logKeys,
	...consoleKeys,
];
