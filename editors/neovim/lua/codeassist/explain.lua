-- Shows what the server says of a finding, in a window beside the cursor; the fix is then among the code actions.
local client = require('codeassist.client')

local M = {}

--- Shows Markdown beside the cursor; it goes when the cursor moves.
function M.show(markdown)
  local lines = vim.split(markdown, '\n', { trimempty = true })
  vim.lsp.util.open_floating_preview(lines, 'markdown', { wrap = true, max_width = 80, focus_id = 'codeassist' })
end

--- Takes the place of the command `codeassist.explainFinding`, which the code action names.
function M.run(command, context)
  local serving = vim.lsp.get_client_by_id(context.client_id)
  if not serving then
    return
  end
  local arguments = vim.list_extend(vim.deepcopy(command.arguments or {}), { true }) -- it is shown here
  client.execute(serving, { command = command.command, arguments = arguments }, function(told)
    if type(told) ~= 'table' or type(told.explanation) ~= 'string' then
      vim.notify('codeassist: that is not found any more; save the file to look again', vim.log.levels.WARN)
      return
    end
    M.show(told.explanation)
  end)
end

return M
