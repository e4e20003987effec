//! The texts that make a system run `albumen sync` by itself: systemd, cron, launchd, Windows' task scheduler. Writes no file.

use std::path::{Path, PathBuf};

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Every hour.
    Hour,
    /// Every day.
    Day,
    /// Every week.
    Week,
}

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Job {
    /// The program.
    pub program: PathBuf,
    /// The configuration it is given.
    pub config: PathBuf,
    /// How often.
    pub every: Every,
}

/// Name of the job everywhere.
pub const NAME: &str = "albumen-sync";
/// Label of the job for launchd.
pub const LABEL: &str = "io.albumen.sync";
/// What marks albumen's line in a table of cron.
pub const CRON_MARK: &str = "# albumen-sync";

impl Job {
    fn words(&self) -> [String; 4] {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        [
            text(&self.program),
            "--config".to_owned(),
            text(&self.config),
            "sync".to_owned(),
        ]
    }

    /// Returns the service of systemd.
    pub fn systemd_service(&self) -> String {
        let words: Vec<String> = self.words().iter().map(|word| for_systemd(word)).collect();
        format!(
            "[Unit]\nDescription=albumen: bring new photos and videos home\n\n[Service]\nType=oneshot\nExecStart={}\nNice=10\n\
             IOSchedulingClass=idle\n# Something needs a person: told in the report, and no failure of the service.\nSuccessExitStatus=3\n",
            words.join(" ")
        )
    }

    /// Returns the timer of systemd.
    pub fn systemd_timer(&self) -> String {
        let when = match self.every {
            Every::Hour => "hourly",
            Every::Day => "daily",
            Every::Week => "weekly",
        };
        format!(
            "[Unit]\nDescription=albumen: when to look for new archives\n\n[Timer]\nOnCalendar={when}\n# Not all machines at the same moment; and \
             what was missed while this one was off is made up for.\nRandomizedDelaySec=15min\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n"
        )
    }

    /// Returns albumen's line in a table of cron.
    pub fn cron_line(&self) -> String {
        let when = match self.every {
            Every::Hour => "17 * * * *",
            Every::Day => "17 3 * * *",
            Every::Week => "17 3 * * 0",
        };
        // To cron a percent sign is a line's end.
        let words = self
            .words()
            .map(|word| format!("'{}'", word.replace('\'', "'\\''")).replace('%', "\\%"));
        format!("{when} {} {CRON_MARK}", words.join(" "))
    }

    /// Returns a table of cron with albumen's line, in place of an older one.
    pub fn cron_table(&self, before: &str) -> String {
        format!("{}{}\n", without_cron_line(before), self.cron_line())
    }

    /// Returns the property list of launchd.
    pub fn launchd(&self) -> String {
        let words = self
            .words()
            .map(|word| format!("    <string>{}</string>\n", for_xml(&word)));
        // By the calendar, not by an interval: what is due while the machine sleeps is made up for when it wakes, and an interval's
        // firing then is missed (launchd.plist(5)).
        let when: &[(&str, u8)] = match self.every {
            Every::Hour => &[("Minute", 17)],
            Every::Day => &[("Hour", 3), ("Minute", 17)],
            Every::Week => &[("Weekday", 0), ("Hour", 3), ("Minute", 17)],
        };
        let when = when.iter().map(|(part, number)| {
            format!("    <key>{part}</key>\n    <integer>{number}</integer>\n")
        });
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
             \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n  <key>Label</key>\n  <string>{LABEL}</string>\n  \
             <key>ProgramArguments</key>\n  <array>\n{}  </array>\n  <key>StartCalendarInterval</key>\n  <dict>\n{}  </dict>\n  \
             <key>ProcessType</key>\n  <string>Background</string>\n</dict>\n</plist>\n",
            words.concat(),
            when.collect::<String>()
        )
    }

    /// Returns the task of Windows' scheduler.
    pub fn windows_task(&self) -> String {
        let [program, arguments @ ..] = self.words();
        let arguments = arguments.map(|word| for_windows(&word)).join(" ");
        let repeat = match self.every {
            Every::Hour => "<Repetition><Interval>PT1H</Interval></Repetition>",
            Every::Day | Every::Week => "",
        };
        let schedule = match self.every {
            Every::Hour | Every::Day => {
                "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>"
            }
            Every::Week => {
                "<ScheduleByWeek><DaysOfWeek><Sunday /></DaysOfWeek><WeeksInterval>1</WeeksInterval></ScheduleByWeek>"
            }
        };
        format!(
            "<?xml version=\"1.0\"?>\n<Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n  <Triggers>\n    \
             <CalendarTrigger>{repeat}<StartBoundary>2026-01-01T03:17:00</StartBoundary>{schedule}</CalendarTrigger>\n  </Triggers>\n  <Settings>\n    \
             <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n    <StartWhenAvailable>true</StartWhenAvailable>\n  </Settings>\n  <Actions>\n    \
             <Exec><Command>{}</Command><Arguments>{}</Arguments></Exec>\n  </Actions>\n</Task>\n",
            for_xml(&program),
            for_xml(&arguments)
        )
    }
}

/// Returns a table of cron without albumen's line.
pub fn without_cron_line(table: &str) -> String {
    let lines = table
        .lines()
        .filter(|line| !line.trim_end().ends_with(CRON_MARK));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Quotes a word for `ExecStart`: percent and dollar signs mean something there, too.
fn for_systemd(word: &str) -> String {
    let word = word
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('%', "%%")
        .replace('$', "$$");
    format!("\"{word}\"")
}

fn for_windows(word: &str) -> String {
    match word.contains([' ', '\t']) {
        true => format!("\"{word}\""),
        false => word.to_owned(),
    }
}

fn for_xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job {
            program: "/opt/my tools/albumen".into(),
            config: "/home/anna/a & b/100% $x's.toml".into(),
            every: Every::Day,
        }
    }

    #[test]
    fn paths_with_spaces_and_signs_come_through() {
        let service = job().systemd_service();
        let line = "ExecStart=\"/opt/my tools/albumen\" \"--config\" \"/home/anna/a & b/100%% $$x's.toml\" \"sync\"\n";
        assert!(service.contains(line), "{service}");
        let cron = "17 3 * * * '/opt/my tools/albumen' '--config' '/home/anna/a & b/100\\% $x'\\''s.toml' 'sync' # albumen-sync";
        assert_eq!(job().cron_line(), cron);
        assert!(
            job()
                .launchd()
                .contains("<string>/home/anna/a &amp; b/100% $x's.toml</string>")
        );
        let weekly = Job {
            every: Every::Week,
            ..job()
        };
        // Made up for after sleep, which an interval is not.
        let calendar = "<key>StartCalendarInterval</key>\n  <dict>\n    <key>Weekday</key>\n    <integer>0</integer>\n";
        assert!(weekly.launchd().contains(calendar));
        let task = job().windows_task();
        assert!(
            task.contains(
                "<Arguments>--config \"/home/anna/a &amp; b/100% $x's.toml\" sync</Arguments>"
            ),
            "{task}"
        );
    }

    #[test]
    fn a_table_of_cron_keeps_the_lines_of_others() {
        let mine = "MAILTO=anna\n0 0 * * * backup\n";
        let with = job().cron_table(mine);
        assert!(with.starts_with(mine) && with.lines().count() == 3);
        let hourly = Job {
            every: Every::Hour,
            ..job()
        }
        .cron_table(&with);
        assert_eq!(hourly.lines().count(), 3);
        assert!(hourly.contains("\n17 * * * * "));
        assert_eq!(without_cron_line(&hourly), mine);
    }
}
