// The AMQP error conditions of Service Bus that Azure's clients tell apart, with the words they look for.
import type { AmqpError } from 'rhea';

export function entityNotFound(address: string): AmqpError {
  return {
    condition: 'amqp:not-found',
    description: `The messaging entity '${address}' could not be found. To know more visit https://aka.ms/sbResourceMgrExceptions.`,
  };
}

export function unauthorized(claim: 'Listen' | 'Send', address: string): AmqpError {
  return {
    condition: 'amqp:unauthorized-access',
    description: `Unauthorized access. '${claim}' claim(s) are required to perform this operation. Resource: '${address}'.`,
  };
}

export const LOCK_LOST: AmqpError = {
  condition: 'com.microsoft:message-lock-lost',
  description:
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
};

export const SERVER_BUSY: AmqpError = {
  condition: 'com.microsoft:server-busy',
  description: 'The request was terminated because the namespace is being throttled. Please wait and try again.',
};
