//! What does the process of a background lab do, and how does its parent learn that it is ready?

use super::folder::Folder;
use crate::{Lab, LabError, Medium};
use dialect::scenario::Scenario;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::sync::Notify;

/// How the line begins that tells the parent that the lab is ready.
const READY: &str = "privpath lab ready";
/// How the line begins that tells it why not.
const FAILED: &str = "privpath lab failed: ";
/// How long a parent waits for one of them.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a background lab in this process until it is told to end: by `down`, by the interrupt key
/// or by a termination signal. Its first line on standard output is for the parent.
/// The process must have one thread yet; for `trial` see [`Lab::start_as_user`], for `chaos` [`Lab::disturb`].
pub fn run(
    name: &str,
    scenario: &Scenario,
    medium: Medium,
    chaos: Option<u64>,
    trial: &mut Command,
) -> Result<(), LabError> {
    let start = || {
        let lab = Lab::start_as_user(scenario, medium, trial)?;
        if let Some(seed) = chaos {
            lab.disturb(seed);
        }
        Ok(lab)
    };
    // The folder is found while the process is still who its user is.
    Folder::of_user()
        .and_then(|folder| run_in(&folder, name, start))
        .inspect_err(|why| say(&format!("{FAILED}{}", why.words())))
}

pub(super) fn run_in(
    folder: &Folder,
    name: &str,
    start: impl FnOnce() -> Result<Lab, LabError>,
) -> Result<(), LabError> {
    let lab = start()?;
    end_on_signal(lab.down_switch())?;
    let _held = folder.write(name, lab.access())?;
    let token = lab.access().token.clone();
    say(READY);
    lab.wait();
    folder.remove(name, &token);
    Ok(())
}

/// A parent that is gone does not hear; the lab runs on all the same.
fn say(line: &str) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Starts the process of a lab, in a process group of its own so that the interrupt key of the
/// terminal does not reach it, and waits for its line.
pub(super) fn spawn(executable: &Path, arguments: &[&str]) -> Result<(), LabError> {
    let mut command = Command::new(executable);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command
        .spawn()
        .map_err(|why| LabError::machine(&format!("{} cannot be started", executable.display()), why))?;
    let early = || LabError::Machine("its process ended before it was ready".to_owned());
    let out = child.stdout.take().ok_or_else(early)?;
    let (tell, told) = mpsc::channel();
    let reader = move || {
        let lines = BufReader::new(out).lines().map_while(Result::ok);
        let found = lines.take(1_000).find(|line| line.starts_with(READY) || line.starts_with(FAILED));
        let _ = tell.send(found);
    };
    std::thread::Builder::new()
        .name("lab-ready".to_owned())
        .spawn(reader)
        .map_err(|why| LabError::machine("no thread can be started", why))?;
    match told.recv_timeout(PATIENCE) {
        Ok(Some(line)) => match line.strip_prefix(FAILED) {
            Some(words) => Err(LabError::Machine(words.to_owned())),
            None => Ok(()),
        },
        Ok(None) => Err(early()),
        Err(_) => {
            let _ = child.kill();
            Err(LabError::Machine(format!("its process was not ready within {} s", PATIENCE.as_secs())))
        }
    }
}

/// Ends the lab when the process is told to end. Returns once signals are listened to.
fn end_on_signal(down: Arc<Notify>) -> Result<(), LabError> {
    let (tell, told) = mpsc::channel();
    let listen = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime.map_err(|why| tell.send(Err(why.to_string()))) else { return };
        runtime.block_on(async {
            let Ok(signals) = Signals::new().map_err(|why| tell.send(Err(why.to_string()))) else { return };
            let _ = tell.send(Ok(()));
            signals.any().await;
            down.notify_one();
        });
    };
    std::thread::Builder::new()
        .name("lab-signals".to_owned())
        .spawn(listen)
        .map_err(|why| LabError::machine("no thread can be started", why))?;
    let failed = |why: String| LabError::machine("signals cannot be listened to", why);
    told.recv().map_err(|why| failed(why.to_string()))?.map_err(failed)
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn any(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "the other systems can fail here")]
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn any(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
