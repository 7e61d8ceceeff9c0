#!/usr/bin/env node
import './early-signals.ts';

// Loaded only now: a signal that comes meanwhile is heard.
await import('./start.ts');
