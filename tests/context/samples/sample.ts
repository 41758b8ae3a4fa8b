import type { Request, Response } from "express";
import { Injectable, Logger as Log } from "@nestjs/common";
import config = require("./config");
import { UserRepository } from "../users/user.repository";
export { Role } from "./role";

export type UserId = string & { readonly brand: unique symbol };

/** What a session holds. */
export interface Session<T = unknown> extends Base {
  readonly id: UserId;
  data?: T;
  expires(): Date;
}

export enum State {
  Open = "open",
  Closed = "closed",
}

export const enum Flag { None, Some = 1 << 0 }

declare global {
  interface Window { session: Session }
}

declare function log(message: string): void;

const TIMEOUT_MS: number = 5_000;
export const routes: Record<string, Handler> = { login: handleLogin };

type Handler = (request: Request, response: Response) => Promise<void>;

/**
 * Keeps sessions.
 *
 * One for each user.
 */
@Injectable()
export class SessionService<T extends object> implements Store<T> {
  private readonly sessions = new Map<UserId, Session<T>>();

  constructor(
    private readonly users: UserRepository,
    public log: Log,
  ) {}

  find(id: UserId): Session<T> | undefined;
  find(id: UserId, strict: true): Session<T>;
  find(id: UserId, strict = false): Session<T> | undefined {
    const found = this.sessions.get(id);
    if (!found && strict) throw new MissingError(`no ${id}`);
    return found;
  }

  // Closes what is too old.
  @memoize
  protected sweep = async (now: Date = new Date()): Promise<void> => {
    for (const [id, session] of this.sessions) {
      if (session.expires() < now) this.sessions.delete(id);
    }
  };
}

export abstract class Shape {
  abstract area(): number;
  toString(): string {
    return `${this.area().toFixed(2)} m²`;
  }
}

export namespace Units {
  export const METRE = 1;
  export function feet(value: number): number {
    return value / 0.3048;
  }
}

export async function handleLogin(request: Request, response: Response): Promise<void> {
  const session = await services.get(SessionService).find(request.body.id as UserId, true);
  response.json(session satisfies Session);
}

export const isOpen = (state: State): state is State.Open => state === State.Open;

export default class extends Shape {
  area(): number {
    return config.size ** 2;
  }
}
