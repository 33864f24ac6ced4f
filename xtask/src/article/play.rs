//! How is an act played? In a lab of its own, step by step; a step that does not say what it should ends it all.

use super::acts::{Act, OPERATOR, Step};
use super::environment;
use crate::repository::Repository;
use crate::scratch::Scratch;
use anyhow::{Context, Result, ensure};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The name of the lab.
const LAB: &str = "article";

/// The ends of the lab's links that a host may have: into its network, and to the lab's internet.
const LINKS: [&str; 3] = ["lo", "eth0", "eth1"];

/// What the lab's routers are to their hosts, 169.254.1.1 and 169.254.0.1, as the kernel writes addresses.
const ROUTERS: [&str; 2] = ["0101FEA9", "0100FEA9"];

/// Where the acts are played.
pub(super) struct Stage {
    privpath: PathBuf,
    path: OsString,
    folder: Scratch,
}

/// A lab that ends with this value, and the servers that run in it.
struct Running<'s> {
    stage: &'s Stage,
    servers: Vec<(&'static str, Child)>,
}

impl Stage {
    /// The programs that were built, and those of the environment.
    pub(super) fn new(repository: &Repository) -> Result<Self> {
        let privpath = repository.path("target/debug/privpath");
        let own = [environment::programs(repository), repository.path("target/debug")];
        let before = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(own.into_iter().chain(std::env::split_paths(&before)))?;
        Ok(Self { privpath, path, folder: Scratch::new("article")? })
    }

    /// Lays a file where the steps run.
    pub(super) fn lay(&self, name: &str, text: &str) -> Result<()> {
        std::fs::write(self.folder.path().join(name), text).with_context(|| format!("writing {name}"))
    }

    /// Plays an act and writes down what was said.
    pub(super) fn play(&self, act: &Act, page: &mut String) -> Result<()> {
        // One that an interrupted run left.
        let _ = self.command(&["lab", "down", LAB]).output();
        let chaos = act.chaos.map(|seed| ["--chaos", seed]);
        let up = ["lab", "up", act.scenario, "--name", LAB, "--medium", "namespaces"];
        let (ok, said) = self.ran(&[&up[..], chaos.as_ref().map_or(&[][..], |words| &words[..])].concat())?;
        ensure!(ok, "the lab does not start: {said}");
        let mut running = Running { stage: self, servers: Vec::new() };
        self.closed()?;
        for step in act.steps {
            let said = if step.serves { running.serve(step)? } else { self.step(step)? };
            let prompt = if step.at.is_empty() { "" } else { step.at };
            let words = if step.says.is_empty() { String::new() } else { format!("\n{}\n", step.says) };
            let _ = write!(page, "{words}\n```text\n{prompt}$ {}\n{said}```\n", step.run);
        }
        Ok(())
    }

    /// No host has a way out, by what its kernel says before anything runs there: the operator's has no interface but
    /// its own loopback and no route, the others have the lab's links alone, and their ways out begin at the lab's
    /// routers. Of the hosts behind these, the lab's own test says the same.
    fn closed(&self) -> Result<()> {
        ensure!(self.interfaces(OPERATOR)? == ["lo"], "the operator's host has more than its loopback interface");
        ensure!(self.defaults(OPERATOR)?.is_empty(), "the operator's host has a default route");
        for host in self.hosts()? {
            let names = self.interfaces(&host)?;
            let own = names.iter().all(|name| LINKS.contains(&name.as_str()));
            ensure!(own, "{host} has an interface that is not the lab's: {names:?}");
            let hops = self.defaults(&host)?;
            let inside = !hops.is_empty() && hops.iter().all(|hop| ROUTERS.contains(&hop.as_str()));
            ensure!(inside, "the default routes of {host} do not lead to the lab's routers: {hops:?}");
        }
        Ok(())
    }

    /// The hosts of the estate that programs run on.
    fn hosts(&self) -> Result<Vec<String>> {
        let (_, said) = self.ran(&["lab", "status", LAB, "--format", "json"])?;
        let status: serde_json::Value = serde_json::from_str(&said).context("reading what the lab says of itself")?;
        let names = status["vantages"].as_array().into_iter().flatten().filter_map(|host| host["vantage"].as_str());
        let names: Vec<String> = names.map(str::to_owned).collect();
        ensure!(!names.is_empty(), "the lab names no hosts: {said}");
        Ok(names)
    }

    fn interfaces(&self, host: &str) -> Result<Vec<String>> {
        let (_, said) = said(self.at(host, "cat /proc/net/dev"))?;
        Ok(said.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name.trim().to_owned()).collect())
    }

    /// The next hops of the default routes, as the kernel writes them; those of IPv6 as they stand.
    fn defaults(&self, host: &str) -> Result<Vec<String>> {
        let (_, four) = said(self.at(host, "cat /proc/net/route"))?;
        let (_, six) = said(self.at(host, "cat /proc/net/ipv6_route 2>/dev/null"))?;
        let nowhere = |device: &str| device == "lo";
        let rows = |text: &str| -> Vec<Vec<String>> {
            text.lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
        };
        let four = rows(&four).into_iter().filter(|row| row.len() > 7 && row[1] == "00000000" && row[7] == "00000000");
        let six = rows(&six).into_iter().filter(|row| row.len() > 9 && row[1] == "00" && !nowhere(&row[9]));
        Ok(four.map(|row| row[2].clone()).chain(six.map(|row| row[4].clone())).collect())
    }

    fn step(&self, step: &Step) -> Result<String> {
        let (_, said) = match step.at {
            "" => said(self.shell(step.run))?,
            host => said(self.at(host, step.run))?,
        };
        has(step, &said)?;
        Ok(shown(step, &said))
    }

    /// A line of a shell on a host of the lab.
    fn at(&self, host: &str, line: &str) -> Command {
        self.command(&["lab", "exec", "--lab", LAB, host, "--", "sh", "-c", line])
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.privpath);
        command.args(words).env("PATH", &self.path).current_dir(self.folder.path());
        command
    }

    /// A line for the shell of this machine, where `privpath` is the one that was built.
    fn shell(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]).env("PATH", &self.path).current_dir(self.folder.path());
        command
    }

    fn ran(&self, words: &[&str]) -> Result<(bool, String)> {
        said(self.command(words))
    }
}

/// Whether a command ended well, and all that it said.
fn said(mut command: Command) -> Result<(bool, String)> {
    let output = command.output().with_context(|| format!("starting `{}`", crate::repository::words(&command)))?;
    let text = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

/// A step has said what it should.
fn has(step: &Step, said: &str) -> Result<()> {
    for wanted in step.wanted {
        ensure!(said.contains(wanted), "`{}` at `{}` does not say `{wanted}`, but:\n{said}", step.run, step.at);
    }
    Ok(())
}

/// What of it stands on the page.
fn shown(step: &Step, said: &str) -> String {
    let kept = |line: &&str| step.kept.is_empty() || step.kept.iter().any(|part| line.contains(part));
    let lines = said.lines().map(str::trim_end).filter(kept).filter(|line| !line.is_empty());
    lines.fold(String::new(), |text, line| text + &steady(line) + "\n")
}

impl Running<'_> {
    /// Starts a server, in place of the one that ran on this host before, and waits until it says that it serves.
    fn serve(&mut self, step: &Step) -> Result<String> {
        for (_, old) in self.servers.iter_mut().filter(|(at, _)| *at == step.at) {
            end(old);
        }
        self.servers.retain(|(at, _)| *at != step.at);
        let mut command = self.stage.at(step.at, &format!("exec {}", step.run));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("starting `{}` at `{}`", step.run, step.at))?;
        let words = child.stderr.take().context("what the server says cannot be read")?;
        self.servers.push((step.at, child));
        let mut said = String::new();
        let mut lines = BufReader::new(words).lines();
        for line in lines.by_ref() {
            said += &(line? + "\n");
            if has(step, &said).is_ok() {
                break;
            }
        }
        has(step, &said)?;
        // It may go on saying things; somebody has to take them.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(String::new())
    }
}

/// Ends a server and waits for its end: `lab exec` has become the program, so that nothing is left between.
fn end(server: &mut Child) {
    // One that has ended already cannot be ended, and that is as good.
    let _ = server.kill();
    let _ = server.wait();
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        for (_, server) in &mut self.servers {
            end(server);
        }
        // What cannot be ended ends with its process; a destructor has nobody to tell.
        let _ = self.stage.command(&["lab", "down", LAB]).output();
    }
}

/// A line without what differs from run to run: lengths of time, tags of documents.
fn steady(line: &str) -> String {
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for at in 1..words.len() {
        if words[at] == "milliseconds" || words[at] == "ms" {
            "N".clone_into(&mut words[at - 1]);
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::steady;

    #[test]
    fn times_are_left_out() {
        assert_eq!(steady("curl: (28) timed out after 5001 milliseconds"), "curl: (28) timed out after N milliseconds");
        assert_eq!(steady("  a  b"), "  a  b");
    }
}
