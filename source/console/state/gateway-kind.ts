/** Which services have their gateway in common: those of one ingress class, that are as visible. Pure. */
import type {ServiceView} from '../../knative/service/service.js';

/**
 * A service without a class of its own has that of the cluster (config-network, `ingress-class`), so that what was found of one of
 * them holds for all.
 */
export function gatewayKind({
	ingressClass = '',
	clusterLocal,
}: Pick<ServiceView, 'ingressClass' | 'clusterLocal'>): string {
	return `${clusterLocal ? 'local' : 'external'} ${ingressClass}`;
}
