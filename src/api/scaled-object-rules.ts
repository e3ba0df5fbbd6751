// What the API server itself refuses of a ScaledObject (CEL). Only what KEDA's CRD, webhook or operator refuse too, so that no manifest
// that works with KEDA is turned away; and only functions that every API server with CEL has (Kubernetes 1.25).

/** As `.meta()` of a zod object takes them and the CRD shows them. */
export type ValidationRules = {
  readonly 'x-kubernetes-validations': readonly { readonly rule: string; readonly message: string }[];
};

const CPU_OR_MEMORY = "['cpu', 'memory']";
const set = (field: string): string => `has(self.${field}) && self.${field} != ''`;
const NUMBER = '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$';
const MODIFIERS = 'has(self.advanced) && has(self.advanced.scalingModifiers)';
const FORMULA = `${MODIFIERS} && has(self.advanced.scalingModifiers.formula) && self.advanced.scalingModifiers.formula != ''`;

export const scaledObjectRules: ValidationRules = {
  'x-kubernetes-validations': [
    {
      rule: '!has(self.minReplicaCount) || self.minReplicaCount <= (has(self.maxReplicaCount) ? self.maxReplicaCount : 100)',
      message: 'minReplicaCount must not be above maxReplicaCount (100 when it is not set)',
    },
    {
      // KEDA compares with 1 when minReplicaCount is written as 0, and with 0 when it isn't written at all.
      rule: '!has(self.idleReplicaCount) || (has(self.minReplicaCount) && self.idleReplicaCount < (self.minReplicaCount > 1 ? self.minReplicaCount : 1))',
      message: 'idleReplicaCount must be below minReplicaCount, and minReplicaCount must be set with it',
    },
    {
      rule: `!has(self.fallback) || (${MODIFIERS}) || self.triggers.exists(t, !(t.type in ${CPU_OR_MEMORY}))`,
      message: 'fallback needs a trigger other than cpu and memory: it does not apply to those',
    },
    {
      rule: `!has(self.fallback) || !has(self.fallback.behavior) || self.fallback.behavior != 'scalingModifiers' || (${FORMULA})`,
      message: "fallback.behavior 'scalingModifiers' needs advanced.scalingModifiers.formula",
    },
  ],
};

export const scalingModifiersRules: ValidationRules = {
  'x-kubernetes-validations': [
    {
      rule: `(${set('formula')} && ${set('target')}) || (!(${set('formula')}) && !(${set('target')}) && !(${set('activationTarget')}) && !has(self.metricType))`,
      message: 'scalingModifiers needs both formula and target',
    },
    {
      rule: `!(${set('target')}) || (self.target.matches('${NUMBER}') && double(self.target) > 0.0)`,
      message: 'target must be a number above zero, such as "2.5"',
    },
    {
      rule: `!(${set('activationTarget')}) || self.activationTarget.matches('${NUMBER}')`,
      message: 'activationTarget must be a number, such as "2.5"',
    },
  ],
};
