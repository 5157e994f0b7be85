/** Over the page when the session ended under it: sign in again and go on where you were, nothing entered is lost. */
import { useNavigate } from "react-router";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { SignInForm } from "../features/accounts/SignInForm";
import { useMe } from "../lib/session/me";
import { session } from "../lib/session/session";

export function SessionEnded() {
  const navigate = useNavigate();
  const { data } = useMe();
  const leave = () => {
    session.drop();
    void navigate("/sign-in");
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && leave()}
      title="Your session has ended"
      description="It ran out or was ended from another device. Sign in again to go on where you were; what you entered stays."
      footer={<Button onClick={leave}>Leave this page</Button>}
    >
      <SignInForm email={data?.email ?? ""} />
    </Dialog>
  );
}
