// Written by scripts/generate-deployments.ts from scripts/deploy/records.json.
import type { ChainDeployment } from '../deployments.ts'

export const deployments: Readonly<Record<number, ChainDeployment>> = {}
