/** On an EndpointSlice: the name of its Service (discovery/v1, well_known_labels.go: LabelServiceName). */
export const serviceNameLabel = 'kubernetes.io/service-name';

/** An endpoint of discovery/v1, as far as its conditions go. */
interface WithReadiness {
  readonly conditions?:
    | { readonly ready?: boolean | null | undefined; readonly serving?: boolean | null | undefined }
    | null
    | undefined;
}

/** discovery/v1 (EndpointConditions): absent means true. */
export const isReadyEndpoint = ({ conditions }: WithReadiness): boolean => conditions?.ready ?? true;

/** It serves, whether or not it is being ended. discovery/v1 (EndpointConditions): absent means as `ready`. */
export const isServingEndpoint = (endpoint: WithReadiness): boolean =>
  endpoint.conditions?.serving ?? isReadyEndpoint(endpoint);
