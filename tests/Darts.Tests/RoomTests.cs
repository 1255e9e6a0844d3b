using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Algorithms;

namespace MIOpenDarts.Darts.Tests;

/// <summary>The rooms of a folder import one way, in the order that its block in docs/architecture.md gives.</summary>
public class RoomTests
{
    private static readonly string Top = Checkout.Folder;

    public static TheoryData<string> Folders => [.. Blocks().Select(block => block.Folder)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_room_imports_only_rooms_below_it(string folder)
    {
        var order = Blocks().Single(block => block.Folder == folder).Rooms;
        var path = Path.Combine(Top, folder);
        var files = Directory.GetFiles(path, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: file, Words: Path.GetRelativePath(path, file).Split(Path.DirectorySeparatorChar)))
            // A file beside the rooms stands above all of them.
            .Where(file => file.Words.Length > 1 && file.Words[0] is not ("obj" or "bin")).ToList();
        var types = files.Select(file => (Room: file.Words[0], Type: Path.GetFileNameWithoutExtension(file.Path))).ToHashSet();
        Assert.Equal(order.Order(), files.Select(file => file.Words[0]).Distinct().Order());
        var name = NameIn(folder["src/".Length..].Replace('/', '.'));
        var upward =
            from file in files
            let below = order.SkipWhile(room => room != file.Words[0]).ToHashSet()
            from Match match in name.Matches(Comment.Replace(File.ReadAllText(file.Path), ""))
            let room = match.Groups["room"].Value
            where order.Contains(room) && !below.Contains(room)
            where match.Groups["whole"].Success || types.Contains((room, match.Groups["type"].Value))
            select $"{string.Join('/', file.Words)} names {match.Value}";
        Assert.True(!upward.Any(), string.Join('\n', upward.Distinct()));
    }

    [Fact]
    public void A_method_is_named_by_nothing_but_its_folder_and_the_list_of_methods()
    {
        var sources = new[] { "Darts", "Cli" }
            .SelectMany(project => Directory.GetFiles(Path.Combine(Top, "src", project), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(word => word is "obj" or "bin"))
            .Select(file => (Path: file, Text: Comment.Replace(File.ReadAllText(file), ""))).ToList();
        var methods = Directory.GetDirectories(Path.Combine(Top, "src", "Darts", "Algorithms"));
        Assert.True(methods.Length >= SearchAlgorithm.All.Count);
        foreach (var method in methods)
        {
            var types = Directory.GetFiles(method, "*.cs").Select(file => Path.GetFileNameWithoutExtension(file)!);
            var name = new Regex($@"\b({string.Join('|', types)})\b");
            var outside = sources.Where(file =>
                Path.GetDirectoryName(file.Path) != method && Path.GetFileName(file.Path) != "SearchAlgorithm.cs");
            Assert.Empty(outside.SelectMany(file =>
                name.Matches(file.Text).Select(match => $"{Path.GetFileName(file.Path)} names {match.Value}")));
        }
    }

    // Each block begins with ```rooms and the folder; a line begins with the room.
    private static IEnumerable<(string Folder, string[] Rooms)> Blocks() =>
        from block in File.ReadAllText(Path.Combine(Top, "docs", "architecture.md")).Split("```rooms ").Skip(1)
        let lines = block.Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries)
        select (lines[0], lines.Skip(1).Select(line => line.Split(' ')[0]).ToArray());

    // A using, a name from the top namespace on, or one from a room on, as C# allows it between rooms.
    private static Regex NameIn(string rooms) =>
        new($@"\b(?<whole>(MIOpenDarts\.)?{Regex.Escape(rooms)}\.)(?<room>\w+)|\b(?<room>[A-Z]\w+)\.(?<type>[A-Z]\w+)",
            RegexOptions.ExplicitCapture);

    private static readonly Regex Comment = new(@"^\s*namespace .*$|^\s*//(?!/).*$", RegexOptions.Multiline);
}
