/** What the forms of this project are made of: fields as data, values as the operator typed them. */

export type EnvRow = {
	/** Raw, as typed; to be made printable where it is drawn. */
	name: string;
	value: string;
	/** Typed without `=`: no variable yet, and none without a value. */
	unfinished?: true;
	/** Printable: where the value comes from, for an entry that is kept as it is and cannot be edited. */
	source?: string;
};

type FieldBase<Id extends string> = {
	id: Id;
	label: string;
	group: 'basic' | 'advanced';
	/** A few words on what is allowed, or what applies when it is left empty. */
	hint: string;
	/** What stands beside the field all the time: what applies when it is left empty, for example. */
	aside?: string;
};

export type Field<Id extends string = string> =
	| (FieldBase<Id> & {kind: 'text'; initial: string})
	| (FieldBase<Id> & {kind: 'choice'; initial: string; choices: readonly {value: string; label: string}[]})
	| (FieldBase<Id> & {kind: 'toggle'; initial: boolean})
	| (FieldBase<Id> & {kind: 'env list'; initial: readonly EnvRow[]});

/** One sentence per field that is wrong; empty when all is well. */
export type FieldErrors<Id extends string> = Partial<Record<Id, string>>;

/** Only the fields that have a sentence. */
export function errorsOf<Id extends string>(
	sentences: Readonly<Partial<Record<Id, string | undefined>>>,
): FieldErrors<Id> {
	const errors: FieldErrors<Id> = {};
	for (const id in sentences) {
		const sentence = sentences[id];
		if (sentence !== undefined) errors[id] = sentence;
	}
	return errors;
}

/** A rule for a field that may be left empty. */
export function optional(value: string, rule: (value: string) => string | undefined): string | undefined {
	return value === '' ? undefined : rule(value);
}
