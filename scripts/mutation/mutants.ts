/** The small changes that a source file is tried with. Types, imports and names of fields are left alone. Pure. */
import {parseSync, Visitor, type Expression, type Node} from 'oxc-parser';

export type Mutant = {
	/** From here to `end` of the text there is `after` in the place of `before`. */
	start: number;
	end: number;
	before: string;
	after: string;
	/** Number and text of the line it begins in. */
	line: number;
	context: string;
};

const operators: Readonly<Record<string, string>> = {
	'<': '<=',
	'<=': '<',
	'>': '>=',
	'>=': '>',
	'===': '!==',
	'!==': '===',
	'+': '-',
	'-': '+',
	'*': '/',
	'/': '*',
	'&&': '||',
	'||': '&&',
	'??': '&&',
};
const methods: ReadonlyMap<string, string> = new Map([
	['every', 'some'],
	['some', 'every'],
	['min', 'max'],
	['max', 'min'],
	['find', 'findLast'],
	['findLast', 'find'],
	['startsWith', 'endsWith'],
	['endsWith', 'startsWith'],
]);

/** Whether the value decides alone: then it is tried as both truths. */
function isComparison(node: Expression): boolean {
	if (node.type === 'BinaryExpression') return /^(?:[<>]=?|[!=]==?|in|instanceof)$/.test(node.operator);
	if (node.type === 'LogicalExpression') return isComparison(node.left) && isComparison(node.right);
	return node.type === 'UnaryExpression' && node.operator === '!';
}

/** All mutants of a file, in the order of the text. */
export function mutantsOf(file: string, text: string): Mutant[] {
	const {program, errors} = parseSync(file, text);
	if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
	const found: Mutant[] = [];
	/** Where literals that are types begin. */
	const types = new Set<number>();
	const add = ({start, end}: Pick<Node, 'start' | 'end'>, after: string): void => {
		const before = text.slice(start, end);
		const line = text.slice(0, start).split('\n').length;
		const context = text.split('\n')[line - 1]?.trim() ?? '';
		if (before !== after) found.push({start, end, line, context, before, after});
	};
	/** Both truths in the place of a condition. */
	const decide = (test: Expression | null): void => {
		if (test === null) return;
		add(test, 'true');
		add(test, 'false');
	};
	const swapOperator = (node: {
		operator: string;
		left: Node;
		right: Node;
		start: number;
		end: number;
	}): void => {
		const other = operators[node.operator];
		if (other === undefined) return;
		const between = text.slice(node.left.end, node.right.start);
		const at = node.left.end + between.indexOf(node.operator);
		const isText = node.operator === '+' && /['"`]/.test(text.slice(node.start, node.end));
		if (!isText) add({start: at, end: at + node.operator.length}, other);
	};
	new Visitor({
		IfStatement: ({test}) => decide(test),
		ConditionalExpression: ({test}) => decide(test),
		WhileStatement: ({test}) => add(test, 'false'),
		ReturnStatement({argument}) {
			if (argument && isComparison(argument)) decide(argument);
		},
		ArrowFunctionExpression({body}) {
			if (body.type !== 'BlockStatement' && isComparison(body)) decide(body);
		},
		LogicalExpression(node) {
			swapOperator(node);
			add(node, text.slice(node.left.start, node.left.end));
			add(node, text.slice(node.right.start, node.right.end));
		},
		BinaryExpression: swapOperator,
		UnaryExpression(node) {
			if (node.operator === '!') add(node, text.slice(node.argument.start, node.argument.end));
		},
		MemberExpression(node) {
			const {property, computed, optional, object} = node;
			const other = !computed && property.type === 'Identifier' ? methods.get(property.name) : undefined;
			if (other !== undefined) add(property, other);
			if (optional && !computed) add({start: object.end, end: property.start}, '.');
		},
		// A type is gone when the program runs.
		TSLiteralType: ({literal}) => types.add(literal.start),
		Literal(node) {
			if (typeof node.value === 'boolean') add(node, String(!node.value));
			else if (typeof node.value === 'number') add(node, String(node.value + 1));
		},
		CallExpression(node) {
			// What a step on the way to a result leaves out or puts in order is left in, or as it was.
			const {callee} = node;
			if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') {
				return;
			}
			const isStep = ['filter', 'toSorted', 'toReversed', 'slice', 'trim'].includes(callee.property.name);
			if (isStep) add(node, text.slice(callee.object.start, callee.object.end));
		},
		ExpressionStatement(node) {
			if (node.expression.type === 'CallExpression' || node.expression.type === 'AssignmentExpression') {
				add(node, ';');
			}
		},
	}).visit(program);
	const once = new Map(
		found
			.filter(({start}) => !types.has(start))
			.map(mutant => [`${mutant.start} ${mutant.end} ${mutant.after}`, mutant]),
	);
	return [...once.values()].toSorted((one, other) => one.start - other.start || one.end - other.end);
}

/** The text with the change in it. */
export function mutated(text: string, {start, end, after}: Mutant): string {
	return text.slice(0, start) + after + text.slice(end);
}
