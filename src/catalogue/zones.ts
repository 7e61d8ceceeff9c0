/** The label by which nodes are in a zone (k8s.io/api/core/v1, well_known_labels.go). */
export const zoneLabel = 'topology.kubernetes.io/zone';
