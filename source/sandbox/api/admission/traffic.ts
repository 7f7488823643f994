/**
 * Defaults and rules of `spec.traffic`.
 *
 * Sources: knative/serving pkg/apis/serving/v1/{route_defaults,route_validation}.go.
 */
import {objectsOf, stringOf, type JsonObject} from '../body/json.js';
import {label1035Problems, qualifiedNameProblems} from '../verbs/names.js';
import {
	disallowedField,
	invalidField,
	invalidKeyName,
	missingOneOf,
	multipleOneOf,
	outOfBounds,
	type FieldError,
} from './field-error.js';

/**
 * The entries as they are stored: both `latestRevision` and `percent` filled in, empty strings left out as Go does.
 *
 * @param ofService whether the targets belong to a Service, whose traffic goes to its latest revision when none is given.
 */
export function defaultedTraffic(traffic: unknown, ofService: boolean): JsonObject[] {
	const targets = objectsOf(traffic);
	if (targets.length === 0 && ofService) {
		return [{latestRevision: true, percent: 100}];
	}

	return targets.map(target => {
		const defaulted: JsonObject = {};
		for (const [field, value] of Object.entries(target)) {
			if (value !== null && value !== '') {
				defaulted[field] = value;
			}
		}

		defaulted['latestRevision'] ??= stringOf(defaulted['revisionName']) === '';
		defaulted['percent'] ??= 0;
		return defaulted;
	});
}

/** @param ofService whether the targets may not name a Configuration, because the Service stands for it. */
export function trafficErrors(traffic: unknown, ofService: boolean): FieldError[] {
	const path = 'spec.traffic';
	const errors: FieldError[] = [];
	const tags = new Map<string, number>();
	let sum = 0;
	for (const [index, target] of objectsOf(traffic).entries()) {
		errors.push(...targetErrors(target, `${path}[${index}]`, ofService));
		sum += percentOf(target);
		const tag = stringOf(target['tag']);
		if (tag === '') {
			continue;
		}

		const problems = label1035Problems(tag);
		if (problems.length > 0) {
			// Upstream puts the index behind the field here.
			errors.push(invalidField(`not a DNS 1035 label: [${problems.join(' ')}]`, `${path}.tag[${index}]`));
		}

		const first = tags.get(tag);
		if (first === undefined) {
			tags.set(tag, index);
		} else {
			errors.push({
				message: `Multiple definitions for ${JSON.stringify(tag)}`,
				paths: [`${path}[${first}].tag`, `${path}[${index}].tag`],
			});
		}
	}

	if (sum !== 100) {
		errors.push({message: `Traffic targets sum to ${sum}, want 100`, paths: [path]});
	}

	return errors;
}

function percentOf(target: JsonObject): number {
	return typeof target['percent'] === 'number' ? target['percent'] : 0;
}

function targetErrors(target: JsonObject, path: string, ofService: boolean): FieldError[] {
	const revisionName = stringOf(target['revisionName']);
	const configurationName = stringOf(target['configurationName']);
	const {latestRevision} = target;
	const errors: FieldError[] = [];
	if (typeof latestRevision === 'boolean' && (revisionName !== '') === latestRevision) {
		errors.push({
			message: `may not set revisionName ${JSON.stringify(revisionName)} when latestRevision is ${latestRevision}`,
			paths: [`${path}.latestRevision`],
		});
	}

	if (ofService && configurationName !== '') {
		errors.push(disallowedField(`${path}.configurationName`));
	} else if (revisionName !== '' && configurationName !== '') {
		errors.push(multipleOneOf(`${path}.configurationName`, `${path}.revisionName`));
	} else if (revisionName !== '') {
		errors.push(...nameErrors(revisionName, `${path}.revisionName`));
	} else if (configurationName !== '') {
		errors.push(...nameErrors(configurationName, `${path}.configurationName`));
	} else if (!ofService) {
		errors.push(missingOneOf(`${path}.configurationName`, `${path}.revisionName`));
	}

	const percent = percentOf(target);
	if (percent < 0 || percent > 100) {
		errors.push(outOfBounds(percent, 0, 100, `${path}.percent`));
	}

	if (stringOf(target['url']) !== '') {
		errors.push(disallowedField(`${path}.url`));
	}

	return errors;
}

function nameErrors(name: string, path: string): FieldError[] {
	const problems = qualifiedNameProblems(name);
	return problems.length === 0 ? [] : [invalidKeyName(name, path, problems)];
}
