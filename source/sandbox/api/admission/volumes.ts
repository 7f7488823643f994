/** The rules of volumes and of their mounts. Source: knative/serving pkg/apis/serving/k8s_validation.go. */
import path from 'node:path/posix';
import {isObject, objectOf, objectsOf, stringOf, type JsonObject} from '../body/json.js';
import {label1123Problems} from '../verbs/names.js';
import {
	disallowedField,
	invalidField,
	missingField,
	missingOneOf,
	multipleOneOf,
	type FieldError,
} from './field-error.js';

/** Kinds of volume that a feature flag would have to allow, and what they are called when it does not. */
const gated: Record<string, string> = {
	image: 'Image',
	hostPath: 'HostPath',
	csi: 'CSI',
	ephemeral: 'Ephemeral',
};
const allowed = ['secret', 'configMap', 'projected', 'emptyDir', 'persistentVolumeClaim'];
const reservedPaths = new Set(['/', '/dev', '/dev/log']);

/** @param path of the list: `spec.template.spec.volumes`. */
export function volumeErrors(volumes: JsonObject[], containers: JsonObject[], at: string): FieldError[] {
	const mounted = new Set(
		containers.flatMap(container => objectsOf(container['volumeMounts']).map(mount => mount['name'])),
	);
	const seen = new Set<string>();
	return volumes.flatMap((volume, index) => {
		const name = stringOf(volume['name']);
		const errors = singleVolumeErrors(volume, `${at}[${index}]`);
		if (seen.has(name)) {
			errors.push({
				message: `duplicate volume name ${JSON.stringify(name)}`,
				paths: [`${at}[${index}].name`],
			});
		}

		if (!mounted.has(volume['name'])) {
			errors.push({
				message: `volume with name ${JSON.stringify(name)} not mounted`,
				paths: [`${at}[${index}].name`],
			});
		}

		seen.add(name);
		return errors;
	});
}

function singleVolumeErrors(volume: JsonObject, at: string): FieldError[] {
	const name = stringOf(volume['name']);
	const errors: FieldError[] = [];
	if (name === '') {
		errors.push(missingField(`${at}.name`));
	} else if (label1123Problems(name).length > 0) {
		errors.push(invalidField(name, `${at}.name`));
	}

	const claim = volume['persistentVolumeClaim'];
	if (isObject(claim)) {
		const claimName = stringOf(claim['claimName']);
		errors.push({
			message: `Persistent volume claim support is disabled, but found persistent volume claim ${claimName}`,
			paths: [],
		});
		if (claim['readOnly'] !== true) {
			errors.push({
				message: `Persistent volume write support is disabled, but found persistent volume claim ${claimName} that is not read-only`,
				paths: [],
			});
		}

		errors.push(disallowedField(`${at}.persistentVolumeClaim`));
	}

	for (const [kind, called] of Object.entries(gated)) {
		if (isObject(volume[kind])) {
			errors.push(
				{message: `${called} volume support is disabled, but found ${called} volume ${name}`, paths: []},
				disallowedField(`${at}.${kind}`),
			);
		}
	}

	const specified = [...allowed, ...Object.keys(gated)].filter(kind => isObject(volume[kind]));
	if (specified.length === 0) {
		errors.push(missingOneOf(`${at}.configMap`, `${at}.emptyDir`, `${at}.projected`, `${at}.secret`));
	} else if (specified.length > 1) {
		errors.push(multipleOneOf(...specified.map(kind => `${at}.${kind}`)));
	}

	for (const kind of ['secret', 'configMap']) {
		for (const [index, item] of objectsOf(objectOf(volume[kind])['items']).entries()) {
			errors.push(
				...['key', 'path']
					.filter(field => stringOf(item[field]) === '')
					.map(field => missingField(`${at}.items[${index}].${field}`)),
			);
		}
	}

	const emptyDir = objectOf(volume['emptyDir']);
	const medium = stringOf(emptyDir['medium']);
	if (medium !== '' && medium !== 'Memory') {
		errors.push(invalidField(medium, `${at}.emptyDir.medium`));
	}

	return errors;
}

/**
 * What is wrong with the `volumeMounts` of a container.
 *
 * @param volumes Those of the template.
 * @param at The path of the mounts: `spec.template.spec.containers[0].volumeMounts`.
 */
export function mountErrors(mounts: JsonObject[], volumes: JsonObject[], at: string): FieldError[] {
	const errors: FieldError[] = [];
	const seen = new Set<string>();
	for (const [index, mount] of mounts.entries()) {
		const volume = volumes.find(candidate => candidate['name'] === mount['name']);
		if (!volume) {
			errors.push({message: 'volumeMount has no matching volume', paths: [`${at}[${index}].name`]});
		}

		errors.push(...mountPathErrors(stringOf(mount['mountPath']), seen, `${at}[${index}].mountPath`));
		const writable =
			volume &&
			(isObject(volume['emptyDir']) ||
				isObject(volume['persistentVolumeClaim']) ||
				isObject(volume['ephemeral']));
		if (!writable && mount['readOnly'] !== true) {
			errors.push({
				message: 'volume mount should be readOnly for this type of volume',
				paths: [`${at}[${index}].readOnly`],
			});
		}

		if (stringOf(mount['mountPropagation']) !== '') {
			errors.push({
				message: `Volume Mount Propagation support is disabled, but found volume mount ${stringOf(mount['name'])} with mount propagation`,
				paths: [],
			});
		}
	}

	return errors;
}

function mountPathErrors(mountPath: string, seen: Set<string>, at: string): FieldError[] {
	if (mountPath === '') {
		return [missingField(at)];
	}

	const clean = mountPath.length > 1 ? path.normalize(mountPath).replace(/(?<=.)\/$/, '') : mountPath;
	const isDuplicate = seen.has(clean);
	seen.add(clean);
	if (reservedPaths.has(clean)) {
		return [{message: `mountPath ${JSON.stringify(clean)} is a reserved path`, paths: [at]}];
	}

	if (!mountPath.startsWith('/')) {
		return [invalidField(mountPath, at)];
	}

	return isDuplicate ? [invalidField(`${JSON.stringify(mountPath)} must be unique`, at)] : [];
}
