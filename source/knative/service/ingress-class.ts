/** Which kind of gateway an object wants. */
import {printable} from '../text/printable.js';

/** In the order in which they count (knative/networking pkg/apis/networking/register.go, IngressClassAnnotation). */
const keys = ['networking.knative.dev/ingress.class', 'networking.knative.dev/ingress-class'];

/** The class in the annotations of a Service, a DomainMapping or an Ingress, printable; undefined where there is none. */
export function ingressClassOf(annotations: ReadonlyMap<string, string>): string | undefined {
	const found = keys.map(key => annotations.get(key)).find(Boolean);
	return found ? printable(found) : undefined;
}
