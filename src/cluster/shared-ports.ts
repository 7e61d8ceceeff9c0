/** If all nodes share one loopback address: how many pods a node has ports for, and how many ports each of them has. */
export const sharedPodsPerNode = 8;
export const portsOfPod = 5;
