/**
 * How cells are drawn (SGR, ECMA-48 §8.3.117), as numbers: two cells are compared by two numbers, and the bytes from one
 * style to another are worked out once.
 */

/** The style of a terminal after a reset. */
export const defaultStyle = 0;

/** A style that is one of more than this many has no number: a cell is one 32-bit word (see cells.ts). */
const maxStyles = 1024;

type Style = {
	/** What sets the colour, as in `36` or `38;5;208`; empty for the terminal's own. */
	foreground: string;
	background: string;
	/** A bit for each of `attributes`. */
	attributes: number;
};

/** What switches an attribute on and off. Bold and dim share what switches them off. */
const attributes: readonly {on: number; off: number; showsOnBlank: boolean}[] = [
	{on: 1, off: 22, showsOnBlank: false},
	{on: 2, off: 22, showsOnBlank: false},
	{on: 3, off: 23, showsOnBlank: false},
	{on: 4, off: 24, showsOnBlank: true},
	{on: 5, off: 25, showsOnBlank: false},
	{on: 7, off: 27, showsOnBlank: true},
	{on: 8, off: 28, showsOnBlank: false},
	{on: 9, off: 29, showsOnBlank: true},
	{on: 53, off: 55, showsOnBlank: true},
];

const bitsSetBy = new Map(attributes.map(({on}, bit) => [on, 1 << bit]));
const bitsClearedBy = new Map(
	attributes.map(({off}) => [
		off,
		attributes.reduce((bits, other, bit) => (other.off === off ? bits | (1 << bit) : bits), 0),
	]),
);
const bitsOnBlank = attributes.reduce(
	(bits, {showsOnBlank}, bit) => (showsOnBlank ? bits | (1 << bit) : bits),
	0,
);

const isBetween = (code: number, first: number, last: number) => code >= first && code <= last;

/** Numbers are given as styles come up, and hold for the life of the table. `defaultStyle` is the terminal’s own. */
export class StyleTable {
	readonly #styles: Style[] = [{foreground: '', background: '', attributes: 0}];
	readonly #numbers = new Map<string, number>([[' 0', defaultStyle]]);
	readonly #applied = new Map<string, number | undefined>();
	readonly #transitions = new Map<number, string>();

	/**
	 * The style after `parameters` (what stands between `CSI` and `m`) in the style of a number. Undefined where they hold
	 * something that is not known here, such as another shape of underline.
	 */
	apply(number: number, parameters: string): number | undefined {
		if (parameters === '' || parameters === '0') return defaultStyle;
		const key = `${number} ${parameters}`;
		if (!this.#applied.has(key)) this.#applied.set(key, this.#work(this.#style(number), parameters));
		return this.#applied.get(key);
	}

	/** Whether a blank in this style looks like one in the default style: has no ground and no line of its own. */
	isBlankPlain(number: number): boolean {
		const {background, attributes: bits} = this.#style(number);
		return background === '' && (bits & bitsOnBlank) === 0;
	}

	/** The fewest bytes that make a terminal draw in the style `to` when it draws in `from`. */
	transition(from: number, to: number): string {
		if (from === to) return '';
		const key = from * maxStyles + to;
		let sequence = this.#transitions.get(key);
		if (sequence === undefined) {
			sequence = shortest(this.#style(from), this.#style(to));
			this.#transitions.set(key, sequence);
		}
		return sequence;
	}

	#style(number: number): Style {
		return this.#styles[number] ?? this.#styles[defaultStyle]!;
	}

	#number(style: Style): number | undefined {
		const key = `${style.foreground} ${style.background}${style.attributes}`;
		const known = this.#numbers.get(key);
		if (known !== undefined) return known;
		if (this.#styles.length >= maxStyles) return undefined;
		this.#numbers.set(key, this.#styles.length);
		return this.#styles.push(style) - 1;
	}

	#work(from: Style, parameters: string): number | undefined {
		const codes = parameters.split(';');
		let style = {...from};
		for (let index = 0; index < codes.length; index++) {
			const code = Number(codes[index]);
			if (!Number.isInteger(code)) return undefined;
			const set = bitsSetBy.get(code);
			const cleared = bitsClearedBy.get(code);
			if (code === 0) style = {foreground: '', background: '', attributes: 0};
			else if (set !== undefined) style.attributes |= set;
			else if (cleared !== undefined) style.attributes &= ~cleared;
			else if (isBetween(code, 30, 37) || isBetween(code, 90, 97)) style.foreground = String(code);
			else if (isBetween(code, 40, 47) || isBetween(code, 100, 107)) style.background = String(code);
			else if (code === 39) style.foreground = '';
			else if (code === 49) style.background = '';
			else if (code === 38 || code === 48) {
				// One of the 256 colours, or red, green and blue.
				const length = codes[index + 1] === '5' ? 3 : codes[index + 1] === '2' ? 5 : 0;
				const colour = codes.slice(index, index + length);
				if (length === 0 || colour.length < length || colour.some(part => !/^\d{1,3}$/.test(part))) {
					return undefined;
				}
				style[code === 38 ? 'foreground' : 'background'] = colour.join(';');
				index += length - 1;
			} else return undefined;
		}
		return this.#number(style);
	}
}

/** The codes that set a style after a reset. */
function setting({foreground, background, attributes: bits}: Style): (string | number)[] {
	return [
		...attributes.filter((_, bit) => bits & (1 << bit)).map(({on}) => on),
		...[foreground, background].filter(colour => colour !== ''),
	];
}

function shortest(from: Style, to: Style): string {
	const set = setting(to);
	const afresh = set.length === 0 ? '' : `0;${set.join(';')}`;
	const gone = from.attributes & ~to.attributes;
	const off = new Set(attributes.filter((_, bit) => gone & (1 << bit)).map(attribute => attribute.off));
	// What shares its switch with one that goes has to be set again.
	const kept = attributes.reduce(
		(bits, attribute, bit) => (off.has(attribute.off) ? bits & ~(1 << bit) : bits),
		from.attributes,
	);
	const changed = [
		...off,
		...attributes.filter((_, bit) => to.attributes & ~kept & (1 << bit)).map(({on}) => on),
		...(from.foreground === to.foreground ? [] : [to.foreground || '39']),
		...(from.background === to.background ? [] : [to.background || '49']),
	].join(';');
	return `\u001B[${afresh.length <= changed.length ? afresh : changed}m`;
}
