/** Catches the failure of a page, so that the rest stays; another address is another try. */
import { Component, type ReactNode } from "react";
import { useLocation } from "react-router";
import { PageFailure } from "./PageFailure";

interface Props {
  children: ReactNode;
  address: string;
}

interface Caught {
  error: unknown;
  failed: boolean;
  address: string;
}

export class Boundary extends Component<Props, Caught> {
  override state: Caught = { error: null, failed: false, address: this.props.address };

  static getDerivedStateFromError(error: unknown): Partial<Caught> {
    return { error, failed: true };
  }

  static getDerivedStateFromProps(props: Props, state: Caught): Partial<Caught> | null {
    return props.address === state.address ? null : { error: null, failed: false, address: props.address };
  }

  override render() {
    return this.state.failed ? <PageFailure error={this.state.error} /> : this.props.children;
  }
}

export function PageBoundary({ children }: { children: ReactNode }) {
  return <Boundary address={useLocation().pathname}>{children}</Boundary>;
}
